/** The map as the pages know it. Every call to Leaflet stays in this folder, so that the engine can be replaced. */

import { word } from "../words.js";
import { AreaLayer } from "./areas.js";
import { Bases } from "./bases.js";
import { Labels } from "./labels.js";
import { PlaceLayer } from "./places.js";
import { PointMark } from "./point.js";
import { layOutForPrint } from "./print.js";
import { RecordLayer } from "./records.js";

const { L } = window;
const PANES = { ground: 350, borders: 380, areas: 400, labels: 620, point: 640 };
const ANYWHERE = { zoom: 4, lat: 36, lon: 104 };
const CROSSHAIR = "M14 2V11M14 17V26M2 14H11M17 14H26";

export class RegisterMap {
  /**
   * `onAsk({lon, lat})`: a click, or Enter on the map's centre. `onSelect(slug)`: Enter on an area. `onMove()`: the view
   * changed after the first one was set. `hidden()`: how many pixels at the lower edge something lies over the map.
   */
  constructor(element, { onAsk, onSelect = () => {}, onMove = () => {}, hidden = () => 0 } = {}) {
    Object.assign(this, { element, onMove });
    this.hidden = () => Math.min(hidden(), element.clientHeight * 0.6);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0.25,
      zoomDelta: 0.5,
      minZoom: 4,
      maxZoom: 17,
      zoomAnimation: !still,
      fadeAnimation: !still,
      inertia: !still,
    });
    for (const [name, level] of Object.entries(PANES)) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = level;
      if (name !== "areas") pane.style.pointerEvents = "none";
    }
    this.labels = new Labels(this.map);
    this.places = new PlaceLayer(this.map, this.labels);
    this.areas = new AreaLayer(this.map, this.labels, onSelect);
    this.point = new PointMark(this.map);
    this.base = new Bases(this.map, element.dataset.tiandituKey);
    this.#set(ANYWHERE);
    this.#controls();
    if (onAsk) this.#asking(onAsk);
    layOutForPrint(this.map, element.parentElement);
  }

  /** Set the first view: the given one, else the given product, else the district. */
  start(view, slug) {
    if (view) this.#set(view);
    else if (!this.fitProduct(slug, false)) this.fitDistrict(false);
    this.#tips();
    this.map.on("moveend", () => this.onMove());
  }

  get view() {
    const { lat, lng } = this.map.getCenter();
    return { zoom: this.map.getZoom(), lat, lon: lng };
  }

  set view(view) {
    this.#set(view);
  }

  /** The middle of what can be seen of the map. */
  get centre() {
    const { x, y } = this.map.getSize();
    const { lat, lng } = this.map.containerPointToLatLng([x / 2, (y - this.hidden()) / 2]);
    return { lon: lng, lat };
  }

  drawPlaces(features) {
    this.places.draw(features);
  }

  drawAreas(features) {
    this.areas.draw(features);
  }

  select(slug) {
    this.areas.select(slug);
  }

  hover(slug) {
    this.areas.hover(slug);
  }

  showPoint(point) {
    this.point.show(point);
  }

  showPoints(points) {
    this.point.showAll(points);
  }

  clearPoint() {
    this.point.clear();
  }

  /** Draw inspections and bring all of them into view. */
  showRecords(features) {
    this.records ??= new RecordLayer(this.map);
    this.#fit(this.records.draw(features), false);
  }

  /** Bring a point into view, close enough to see where it lies. */
  goTo({ lon, lat }) {
    this.map.setView([lat, lon], Math.max(this.map.getZoom(), 12));
  }

  /** Bring a point that is out of view into it together with the areas of a product. */
  frame(slug, { lon, lat }) {
    const at = [lat, lon];
    if (this.map.getBounds().contains(at)) return;
    const areas = this.areas.bounds(slug);
    if (!areas || !this.#fit(areas.extend(at), false)) this.goTo({ lon, lat });
  }

  /** Whether the product has something to fit. */
  fitProduct(slug, animate = true) {
    return Boolean(slug) && this.#fit(this.areas.bounds(slug), animate);
  }

  /** Outline a place and bring it into view; answers whether it has an outline. */
  fitPlace(code, animate = true) {
    return this.#fit(this.places.find(code), animate);
  }

  fitDistrict(animate = true) {
    return this.#fit(this.places.district ?? this.areas.bounds(""), animate);
  }

  showContext(role, shown) {
    this.places.show(role, shown);
  }

  /** Names of the base layers on offer besides none. */
  get bases() {
    return this.base.names;
  }

  showBase(name) {
    this.base.show(name);
  }

  #set({ zoom, lat, lon }) {
    this.map.setView([lat, lon], zoom, { animate: false });
  }

  #fit(bounds, animate) {
    if (!bounds?.isValid()) return false;
    const small = this.map.getSize().x < 600;
    const edge = small ? 10 : 28;
    const tools = this.element.closest(".atlas") ? 52 : 0;
    const caption = small ? this.element.querySelector(".leaflet-bottom.leaflet-left").offsetHeight : 0;
    this.map.fitBounds(bounds, {
      paddingTopLeft: [edge, edge + tools],
      paddingBottomRight: [edge, edge + caption + this.hidden()],
      maxZoom: 13,
      animate,
    });
    return true;
  }

  #controls() {
    L.control.zoom({ zoomInTitle: word("zoom-in"), zoomOutTitle: word("zoom-out") }).addTo(this.map);
    const credit = L.control.attribution({ prefix: false });
    if (this.element.dataset.sources) credit.addAttribution(`<a href="${this.element.dataset.sources}">${word("sources")}</a>`);
    credit.addTo(this.map);
    const caption = this.element.parentElement.querySelector("[data-caption]");
    if (caption) this.#corner(caption);
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(this.map);
  }

  #corner(element) {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => element;
    control.addTo(this.map);
  }

  #asking(onAsk) {
    this.element.append(crosshair());
    this.map.on("click", ({ latlng }) => onAsk({ lon: latlng.wrap().lng, lat: latlng.lat }));
    this.element.addEventListener("keyup", () => this.element.classList.add("is-keyed"));
    this.element.addEventListener("pointerdown", () => this.element.classList.remove("is-keyed"));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.element) onAsk(this.centre);
    });
  }

  /** Under a mouse, say which areas lie here. */
  #tips() {
    if (!window.matchMedia("(hover: hover)").matches) return;
    const tip = L.tooltip({ className: "map-tip", direction: "right", offset: [14, 0], opacity: 1 });
    this.map.on("mousemove", ({ latlng }) => {
      const names = this.areas.namesAt(latlng);
      if (!names.length) tip.remove();
      else tip.setLatLng(latlng).setContent(Object.assign(document.createElement("span"), { textContent: names.join("、") })).addTo(this.map);
    });
    this.map.on("mouseout", () => tip.remove());
  }
}

/** What the keyboard points with: a cross over the middle of the map. */
function crosshair() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("class", "crosshair");
  svg.setAttribute("viewBox", "0 0 28 28");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", CROSSHAIR);
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "2");
  svg.append(path);
  return svg;
}
