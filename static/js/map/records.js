/** Inspections where they were: a sign of the outcome that leads to the record. */

const { L } = window;
const SIGNS = { pass: "✓", rectify: "!", transfer: "→" };
const GRAVITY = ["pass", "rectify", "transfer"]; // the last lies on top

export class RecordLayer {
  constructor(map) {
    this.layer = L.featureGroup().addTo(map);
  }

  /** Draw the features and answer with their bounds; null where there are none. */
  draw(features) {
    this.layer.clearLayers();
    for (const feature of features) this.#mark(feature).addTo(this.layer);
    return features.length ? this.layer.getBounds() : null;
  }

  #mark({ geometry: { coordinates: [lon, lat] }, properties: { address, name, outcome, outcome_label: label } }) {
    const icon = L.divIcon({ className: `record-mark record-mark-${outcome}`, html: SIGNS[outcome] ?? "", iconSize: [24, 24] });
    const title = `${name} ${label}`;
    const mark = L.marker([lat, lon], { icon, title, alt: title, zIndexOffset: 10_000 * GRAVITY.indexOf(outcome) });
    mark.on("click keypress", ({ type, originalEvent }) => {
      if (type === "click" || originalEvent.key === "Enter") window.location.assign(address);
    });
    mark.on("add", () => mark.getElement().setAttribute("aria-label", title));
    return mark;
  }
}
