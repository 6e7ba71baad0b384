/** The district, its units and its neighbours: quiet outlines under the areas. */

const { L } = window;
const ORDER = ["neighbour", "district", "unit"];

export class PlaceLayer {
  constructor(map, labels) {
    Object.assign(this, { map, labels, shown: { unit: true, neighbour: true }, features: [] });
    this.layers = Object.fromEntries(["neighbour", "land", "unit", "district", "found"].map((role) => [role, L.layerGroup().addTo(map)]));
  }

  draw(features) {
    this.features = features.filter(({ geometry }) => geometry);
    this.features.sort((a, b) => ORDER.indexOf(a.properties.role) - ORDER.indexOf(b.properties.role));
    Object.values(this.layers).forEach((layer) => layer.clearLayers());
    for (const feature of this.features) {
      const { role } = feature.properties;
      if (role === "district") this.#outline("land", feature, "ground");
      this.#outline(role, feature, role === "district" ? "borders" : "ground");
    }
    this.#label();
  }

  show(role, shown) {
    this.shown[role] = shown;
    this.map[shown ? "addLayer" : "removeLayer"](this.layers[role]);
    this.#label();
  }

  /** Outline one place more strongly; answers its bounds, null where it has none. */
  find(code) {
    this.layers.found.clearLayers();
    const feature = this.features.find(({ properties }) => properties.code === code);
    return feature ? this.#outline("found", feature, "borders").getBounds() : null;
  }

  /** Bounds of the district itself. */
  get district() {
    const feature = this.features.find(({ properties }) => properties.role === "district");
    return feature ? L.geoJSON(feature).getBounds() : null;
  }

  #outline(role, feature, pane) {
    const style = { className: `place-${role}` };
    return L.geoJSON(feature, { style, pane, interactive: false, smoothFactor: 0 }).addTo(this.layers[role]);
  }

  #label() {
    const named = this.features.filter(({ properties }) => this.shown[properties.role]);
    this.labels.setPlaces(named.map(({ geometry, properties }) => ({ geometry, name: properties.name, role: properties.role })));
  }
}
