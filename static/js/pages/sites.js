/** Production sites on the map of their product: shown on the page of a file, chosen by a click in the form of one. */

import { askJson } from "../ask.js";
import { RegisterMap } from "../map/engine.js";

const element = document.querySelector("[data-map]");
const form = document.querySelector("form.desk-form");
const choosing = "choosing" in element.dataset;
const points = [...document.querySelectorAll("[data-point]")].map(({ dataset }) => ({
  lon: Number(dataset.lon),
  lat: Number(dataset.lat),
  accuracy: Number(dataset.accuracy),
}));
const map = new RegisterMap(element, choosing ? { onAsk: choose } : {});

/** Put a position of ours (always CGCS2000) into the form. */
function choose({ lon, lat }) {
  const { elements } = form;
  elements.lon.value = lon.toFixed(6);
  elements.lat.value = lat.toFixed(6);
  elements.datum.value = "cgcs2000";
  map.showPoint({ lon, lat });
}

async function draw({ areas, places, slug }) {
  const asked = [places, areas].map(async (address) => (await askJson(address)).features);
  const [units, shapes] = await Promise.allSettled(asked);
  map.drawPlaces(units.value ?? []);
  map.drawAreas(shapes.value ?? []);
  map.start(null, slug);
  map.showPoints(points);
}

await draw(element.dataset);
