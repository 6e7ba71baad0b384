/** What was added, removed and kept, each by its own hatching. */

import { askJson } from "../ask.js";
import { RegisterMap } from "./engine.js";

const { L } = window;
const ORDER = ["unchanged", "removed", "added"];

export async function drawDifference(element) {
  const register = new RegisterMap(element);
  const shapes = JSON.parse(element.dataset.difference);
  const { features } = await askJson(element.dataset.places).catch(() => ({ features: [] }));
  register.drawPlaces(features);
  register.start(null, "");
  const layers = ORDER.filter((name) => shapes[name].coordinates.length).map((name) =>
    L.geoJSON(shapes[name], {
      pane: "areas",
      interactive: false,
      smoothFactor: 0,
      style: { className: `change-${name}`, fillColor: `url(#change-${name})`, fillOpacity: 1 },
    }).addTo(register.map),
  );
  if (layers.length) register.map.fitBounds(L.featureGroup(layers).getBounds(), { paddingTopLeft: [24, 24], paddingBottomRight: [24, 56], animate: false });
}
