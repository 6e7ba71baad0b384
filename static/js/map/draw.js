/** Drawing a producing area with django-leaflet's form field: parts and holes, none of which is ever lost. */

import { askJson } from "../ask.js";
import { RegisterMap } from "./engine.js";
import { covers, polygonsOf } from "./geometry.js";

const { L } = window;
const words = document.getElementById("draw-words").content;
const CHANGES = "draw:created draw:edited draw:editvertex draw:editstop draw:deleted draw:deletestop";

/** The sentence called `name`, its `{placeholders}` filled from `values`. */
function say(name, values = {}) {
  const text = words.querySelector(`[data-say="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Give Leaflet.draw our words, each by its path in `L.drawLocal`. */
function speakChinese() {
  for (const { dataset, textContent } of words.querySelectorAll("[data-draw]")) {
    const path = dataset.draw.split(".");
    const last = path.pop();
    path.reduce((branch, key) => branch[key], L.drawLocal)[last] = textContent;
  }
}

// Leaflet.draw asks by a name at which Leaflet 1.9 complains.
L.Polyline._flat = L.LineUtil.isFlat;

// Leaflet.draw lets only the outer ring be moved.
L.Edit.Poly.include({
  _initHandlers() {
    const rings = L.LineUtil.isFlat(this._poly._latlngs) ? [this._poly._latlngs] : this._poly._latlngs;
    this._verticesHandlers = rings.map((ring) => new L.Edit.PolyVerticesEdit(this._poly, ring, this._poly.options.poly));
  },
});

/** The text field. django-leaflet's own store keeps the outer rings only, and rounds. */
const HoleSafeStore = L.FieldStore.extend({
  _serialize(layers) {
    const coordinates = layers.getLayers().map((part) => part.toGeoJSON(false).geometry.coordinates);
    return coordinates.length ? JSON.stringify({ type: "MultiPolygon", coordinates }) : "";
  },

  _deserialize(text) {
    if (!text.trim()) return null;
    const coordinates = polygonsOf(JSON.parse(text));
    return L.GeoJSON.geometryToLayer({ type: "MultiPolygon", coordinates });
  },
});

const AreaField = L.GeometryField.extend({
  _controlDrawOptions() {
    const draw = { polyline: false, circle: false, circlemarker: false, marker: false };
    return {
      position: "topright",
      edit: { featureGroup: this.drawnItems, edit: { selectedPathOptions: { dashArray: "6 4" } } },
      draw: { ...draw, polygon: { allowIntersection: false }, rectangle: { showArea: false } },
    };
  },

  _setView() {
    const bounds = this.drawnItems.getBounds();
    if (bounds.isValid()) this._map.fitBounds(bounds, { paddingTopLeft: [24, 24], paddingBottomRight: [64, 56], animate: false });
  },
});

export class AreaEditor {
  constructor(element) {
    this.element = element;
    this.text = element.querySelector("textarea");
    this.register = new RegisterMap(element.querySelector("[data-map]"));
    this.map = this.register.map;
    speakChinese();
    const { field, geomType } = element.dataset;
    this.field = new AreaField({ fieldid: field, geom_type: geomType, modifiable: true, field_store_class: HoleSafeStore });
  }

  async start(places) {
    const known = places ? askJson(places) : Promise.resolve({ features: [] });
    this.register.drawPlaces((await known.catch(() => ({ features: [] }))).features);
    this.register.start(null, "");
    this.#open();
    this.#cutter();
    this.map.on(CHANGES, () => this.#keep());
    const { classList } = this.map.getContainer();
    this.map.on("draw:drawstart draw:editstart draw:deletestart", () => classList.remove("is-pointed"));
    this.map.on("mousemove", () => classList.add("is-pointed"));
    this.map.on("draw:editstart", () => this.tell(L.drawLocal.edit.handlers.edit.tooltip.text));
    this.map.on("draw:deletestart", () => this.tell(L.drawLocal.edit.handlers.remove.tooltip.text));
    this.map.on("draw:editstop draw:deletestop", () => this.tell(""));
    this.text.addEventListener("change", () => this.#reopen());
    this.text.form.addEventListener("submit", () => (this.field._unsavedChanges = false));
    this.#list();
  }

  get parts() {
    return this.field.drawnItems.getLayers();
  }

  #open() {
    const before = this.text.value;
    try {
      this.field.addTo(this.map);
    } catch {
      this.text.value = "";
      this.field.load();
      this.text.value = before;
      this.text.closest("details").open = true;
      this.tell(say("unread"));
    }
  }

  /** Draw what somebody typed; a text that is no shape stays as it is and is drawn nowhere. */
  #reopen() {
    const before = this.text.value;
    this.field.drawnItems.clearLayers();
    try {
      this.field.load();
      this.tell("");
    } catch {
      this.tell(say("unread"));
    }
    this.text.value = before;
    this.#list();
  }

  #keep() {
    this.field.store.save(this.field.drawnItems);
    this.#list();
  }

  tell(sentence) {
    this.element.querySelector("[data-status]").textContent = sentence;
  }

  /** A tool for holes: a ring drawn inside one part. */
  #cutter() {
    const pen = new L.Draw.Polygon(this.map, { allowIntersection: false, shapeOptions: { className: "cut" } });
    const toolbars = Object.values(this.field._drawControl._toolbars);
    toolbars.forEach((toolbar) => toolbar.on("enable", () => pen.disable()));
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const bar = L.DomUtil.create("div", "leaflet-bar cutter");
      const button = Object.assign(L.DomUtil.create("button", "", bar), { type: "button", title: say("cut") });
      button.setAttribute("aria-label", say("cut"));
      L.DomEvent.disableClickPropagation(bar);
      button.addEventListener("click", () => {
        toolbars.forEach((toolbar) => toolbar.disable());
        pen.enable();
        this.tell(say("cutting"));
      });
      return bar;
    };
    control.addTo(this.map);
    this.map.on("draw:created", ({ layer }) => pen.enabled() && this.#cut(layer.getLatLngs()[0]));
  }

  #cut(ring) {
    const inside = (part) => ring.every(({ lng, lat }) => covers(part.toGeoJSON(false).geometry, lng, lat));
    const part = this.parts.find(inside);
    part?.setLatLngs([...part.getLatLngs(), ring]);
    this.tell(say(part ? "cut-done" : "cut-outside"));
  }

  /** The same parts and holes as a list, where each can be taken away with the keyboard. */
  #list() {
    const list = this.element.querySelector("[data-pieces]");
    const rows = this.parts.flatMap((part, at) => {
      const n = at + 1;
      const [outer, ...holes] = part.getLatLngs();
      const removed = () => {
        this.field.drawnItems.removeLayer(part);
        this.#keep();
        this.tell(say("removed", { n }));
      };
      const filled = (hole) => () => {
        part.setLatLngs(part.getLatLngs().filter((ring) => ring !== hole));
        this.#keep();
        this.tell(say("filled"));
      };
      return [
        piece("part", say("part", { n }), outer, say("remove"), say("remove-part", { n }), removed),
        ...holes.map((hole, m) =>
          piece("hole", say("hole", { m: m + 1 }), hole, say("fill"), say("fill-hole", { n, m: m + 1 }), filled(hole)),
        ),
      ];
    });
    list.replaceChildren(...(rows.length ? rows : [Object.assign(document.createElement("li"), { textContent: say("empty") })]));
  }
}

function piece(kind, name, ring, verb, label, act) {
  const row = Object.assign(document.createElement("li"), { className: `piece piece-${kind}` });
  const text = Object.assign(document.createElement("span"), { textContent: name });
  const count = Object.assign(document.createElement("span"), { className: "count", textContent: say("vertices", { n: ring.length }) });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: verb });
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  row.append(text, count, button);
  return row;
}
