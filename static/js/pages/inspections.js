/** Where inspections were, on the map of the district: the same rows as the table below it. */

import { askJson } from "../ask.js";
import { RegisterMap } from "../map/engine.js";

const element = document.querySelector("[data-map]");
element.closest("figure").hidden = false; // without this script there is no map
const map = new RegisterMap(element);
const { places, records } = element.dataset;
const [units, found] = await Promise.allSettled([askJson(places), askJson(records)]);

map.drawPlaces(units.value?.features ?? []);
map.start(null, "");
map.showRecords(found.value?.features ?? []);
