/** Producing areas: slot by hatching and colour, stage by border; each can be reached and selected with the keyboard. */

import { word } from "../words.js";
import { covers } from "./geometry.js";

const { L } = window;

export class AreaLayer {
  constructor(map, labels, onSelect) {
    Object.assign(this, { map, labels, onSelect, drawn: [], selected: "" });
    this.layer = L.layerGroup().addTo(map);
  }

  /** Draw the features, larger ones below smaller ones. */
  draw(features) {
    this.layer.clearLayers();
    const shaped = features.filter(({ geometry }) => geometry);
    shaped.sort((a, b) => (b.properties.hectares ?? 0) - (a.properties.hectares ?? 0));
    this.drawn = shaped.map((feature) => ({ feature, path: this.#path(feature) }));
    this.select(this.selected);
  }

  /** Put one product forward, "" for none. */
  select(slug) {
    this.selected = slug;
    const chosen = this.of(slug);
    this.map.getContainer().classList.toggle("has-selection", chosen.length > 0);
    for (const { feature, path } of this.drawn) {
      const mine = feature.properties.slug === slug;
      path.getElement()?.classList.toggle("is-selected", mine);
      path.getElement()?.setAttribute("aria-pressed", String(mine));
    }
    this.labels.setAreas(chosen.map(({ feature }) => ({ geometry: feature.geometry, name: feature.properties.name })));
  }

  /** Thicken the border of one product while the pointer rests on its row. */
  hover(slug) {
    for (const { feature, path } of this.drawn) {
      path.getElement()?.classList.toggle("is-hovered", feature.properties.slug === slug);
    }
  }

  /** Bounds of one product, or of all with "". Null where nothing is drawn. */
  bounds(slug) {
    const paths = (slug ? this.of(slug) : this.drawn).map(({ path }) => path);
    return paths.length ? L.featureGroup(paths).getBounds() : null;
  }

  /** Names of the areas drawn at a position. */
  namesAt({ lng, lat }) {
    const here = this.drawn.filter(({ feature }) => covers(feature.geometry, lng, lat));
    return [...new Set(here.map(({ feature: { properties } }) => properties.name + doubt(properties)))];
  }

  of(slug) {
    return this.drawn.filter(({ feature }) => feature.properties.slug === slug);
  }

  #path(feature) {
    const { slug, slot, stage, certain } = feature.properties;
    const path = L.geoJSON(feature, {
      pane: "areas",
      interactive: false,
      smoothFactor: 0,
      style: {
        className: `area slot-${slot} stage-${stage}${certain ? "" : " is-uncertain"}`,
        fillColor: `url(#slot-${slot}${stage === "candidate" ? "-sparse" : ""})`,
        fillOpacity: 1,
      },
    }).getLayers()[0];
    path.addTo(this.layer);
    this.#reachable(path.getElement(), feature.properties, () => this.onSelect(slug));
    return path;
  }

  #reachable(element, { name, regime_label: regime, stage_label: stage, certain }, select) {
    const label = word("area", { name, regime: regime ?? "", stage }) + doubt({ certain });
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", label);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      select();
    });
  }
}

/** What to add to the name of a product that nobody can say stood so on the day. */
function doubt({ certain }) {
  return certain ? "" : word("doubt");
}
