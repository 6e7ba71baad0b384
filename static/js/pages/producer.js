/** A producer's site: a click on the map, the phone's own position or typed numbers, checked with the area at once. */

import { askHtml, askJson } from "../ask.js";
import { locate } from "../locate.js";
import { RegisterMap } from "../map/engine.js";
import { word } from "../words.js";

const element = document.querySelector("[data-map]");
const form = document.querySelector("[data-site]");
const part = (name) => form.querySelector(`[data-${name}]`);
const POSITION = ["lon", "lat", "datum", "accuracy_m"];
const map = new RegisterMap(element, { onAsk: choose });
let asking = null;

/** Put a position of ours (always CGCS2000) into the form and say what it means. */
function choose({ lon, lat, accuracy }) {
  const { elements } = form;
  elements.lon.value = lon.toFixed(6);
  elements.lat.value = lat.toFixed(6);
  elements.datum.value = "cgcs2000";
  elements.accuracy_m.value = accuracy ?? "";
  return check();
}

/** Ask what the map of the register says of the position in the form. */
async function check() {
  const { elements } = form;
  if (!elements.lon.value.trim() || !elements.lat.value.trim()) return;
  const asked = new URLSearchParams(POSITION.map((name) => [name, elements[name].value]));
  asking?.abort();
  asking = new AbortController();
  trouble("");
  try {
    const answer = await askHtml(`${element.dataset.origin}?${asked}`, asking.signal);
    part("verdict").replaceChildren(...answer.children);
    show();
  } catch (error) {
    if (error.name === "AbortError") return;
    part("verdict").replaceChildren();
    map.clearPoint();
    trouble(error.message);
  }
}

/** Mark on the map the position of which the verdict speaks. */
function show() {
  const { lon, lat, accuracy } = part("verdict").querySelector(".origin")?.dataset ?? {};
  if (!lon) return;
  const point = { lon: Number(lon), lat: Number(lat), accuracy: Number(accuracy) };
  map.showPoint(point);
  map.frame(element.dataset.slug, point);
}

function trouble(sentence) {
  const line = part("trouble");
  line.textContent = sentence;
  line.hidden = !sentence;
}

part("locating").hidden = false;
part("locate").addEventListener("click", async () => {
  trouble("");
  part("status").textContent = word("locating");
  try {
    await choose(await locate());
  } catch (error) {
    trouble(error.message);
  }
  part("status").textContent = "";
});
for (const name of POSITION) form.elements[name].addEventListener("change", check);

const { places, areas, slug } = element.dataset;
const [units, shapes] = await Promise.allSettled([places, areas].map(async (address) => (await askJson(address)).features));
map.drawPlaces(units.value ?? []);
map.drawAreas(shapes.value ?? []);
map.start(null, slug);
show();
