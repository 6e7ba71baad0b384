/** The page `/check/`: a click on the map or the reader's own position fills the form and sends it. */

import { askJson } from "../ask.js";
import { locate } from "../locate.js";
import { RegisterMap } from "../map/engine.js";
import { word } from "../words.js";

const form = document.querySelector("[data-check]");
const element = document.querySelector("[data-map]");
const map = new RegisterMap(element, { onAsk: check });

/** Fill the form with a position of ours (always CGCS2000) and send it. */
function check({ lon, lat, accuracy }) {
  const fields = form.elements;
  fields.lon.value = lon.toFixed(6);
  fields.lat.value = lat.toFixed(6);
  fields.accuracy.value = accuracy ?? "";
  fields.datum.value = "cgcs2000";
  form.requestSubmit();
}

function trouble(sentence) {
  const line = form.querySelector("[data-trouble]");
  line.textContent = sentence;
  line.hidden = !sentence;
}

const status = form.querySelector("[data-status]");
const button = form.querySelector("[data-locate]");
button.hidden = false;
button.addEventListener("click", async () => {
  trouble("");
  status.textContent = word("locating");
  try {
    check(await locate());
  } catch (error) {
    trouble(error.message);
  }
  status.textContent = "";
});

async function draw() {
  const { places, products, on, lon, lat, accuracy } = element.dataset;
  const day = on ? `?on=${on}` : "";
  const asked = [places, products].map(async (address) => (await askJson(address + day)).features);
  const [units, areas] = await Promise.allSettled(asked);
  map.drawPlaces(units.value ?? []);
  map.drawAreas(areas.value ?? []);
  map.start(null, "");
  if (lon) map.showPoint({ lon: Number(lon), lat: Number(lat), accuracy: Number(accuracy) });
}

document.getElementById("answer-title")?.focus();
await draw();
