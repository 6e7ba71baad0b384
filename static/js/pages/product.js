/** A map inside the page of a product or a place: its areas or its outline, with the neighbours around. */

import { askJson } from "../ask.js";
import { RegisterMap } from "../map/engine.js";

const element = document.querySelector("[data-map]");
if (element) await draw(new RegisterMap(element), element.dataset);

async function draw(map, { areas, places, place }) {
  const features = async (address) => (address ? (await askJson(address)).features : []);
  const [units, shapes] = await Promise.allSettled([features(places), features(areas)]);
  map.drawPlaces(units.value ?? []);
  map.drawAreas(shapes.value ?? []);
  map.start(null, shapes.value?.[0]?.properties.slug);
  if (place) map.fitPlace(place, false);
  const failed = [units, shapes].find(({ status }) => status === "rejected");
  if (failed) element.after(Object.assign(document.createElement("p"), { className: "notice", textContent: failed.reason.message }));
}
