/** The page `/`: one state (filters and day, view, selection) behind the list, the map and the address. */

import { fillForm, filtersOf, readSelection, readView, sameFilters, writeAddress } from "../address.js";
import { askJson } from "../ask.js";
import { CoveringCard } from "../covering.js";
import { ProductList } from "../list.js";
import { locate } from "../locate.js";
import { RegisterMap } from "../map/engine.js";
import { Sheet } from "../sheet.js";
import { wireTools } from "../tools.js";
import { word } from "../words.js";

const PAUSE_MS = 200;

const atlas = document.querySelector(".atlas");
const part = (name) => atlas.querySelector(`[data-${name}]`);
const form = part("filters");
const element = part("map");
const addresses = { ...element.dataset };

const list = new ProductList(part("list"), part("status"), form);
const sheet = new Sheet(atlas, part("panel"));
const map = new RegisterMap(element, { onAsk: ask, onSelect: toggle, onMove: write, hidden: () => sheet.hidden });
const card = new CoveringCard(part("covering-card"), addresses, {
  onShow: (slug) => select(slug),
  onClose: () => {
    point = null;
    map.clearPoint();
    element.focus({ preventScroll: true });
  },
});

let filters = filtersOf(form);
let selected = readSelection();
let point = null;
let asking = new AbortController();
let pause = 0;

// --- State ---------------------------------------------------------------------------------------------------------

function write() {
  writeAddress({ filters, view: map.view, selected });
}

function select(slug, { push = true, fit = true } = {}) {
  selected = slug;
  map.select(slug);
  list.mark(slug);
  // Before the map moves: without animation the move itself writes, over the entry to which the back button returns.
  if (push) writeAddress({ filters, view: map.view, selected }, true);
  if (slug && fit) {
    sheet.giveWay();
    map.fitProduct(slug);
  }
}

function toggle(slug) {
  select(slug === selected ? "" : slug);
}

/** Show what the form asks for now, after a short pause in the typing. */
function changed() {
  clearTimeout(pause);
  pause = setTimeout(() => {
    const asked = filtersOf(form);
    if (!form.elements.on.validity.valid || sameFilters(asked, filters)) return;
    const otherDay = asked.get("on") !== filters.get("on");
    filters = asked;
    write();
    refresh(otherDay);
  }, PAUSE_MS);
}

async function refresh(otherDay) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  trouble("");
  await Promise.all([
    tell("list-failed", list.refresh(filters, signal)),
    tell("areas-failed", drawAreas(signal)),
    otherDay ? tell("places-failed", drawPlaces(signal)) : null,
  ]);
  if (signal.aborted) return;
  if (document.activeElement === form.elements.q) sheet.bring(part("list"));
  if (!otherDay) return;
  part("caption-day").textContent = filters.has("on") ? ` · ${word("on-day", { day: filters.get("on") })}` : "";
  part("print-day").textContent = form.elements.on.value;
  if (point) card.ask(point, filters.get("on") ?? "");
}

async function drawAreas(signal) {
  map.drawAreas((await askJson(`${addresses.products}?${filters}`, signal)).features);
  map.select(selected);
}

async function drawPlaces(signal) {
  const day = filters.has("on") ? `?on=${filters.get("on")}` : "";
  map.drawPlaces((await askJson(addresses.places + day, signal)).features);
}

// --- What went wrong -----------------------------------------------------------------------------------------------

/** Show one more sentence of trouble; "" takes all away. */
function trouble(sentence) {
  const line = part("trouble");
  line.textContent = sentence && `${line.textContent} ${sentence}`;
  line.hidden = !sentence;
}

async function tell(what, work) {
  try {
    await work;
  } catch (error) {
    if (error.name !== "AbortError") trouble(word(what) + error.message);
  }
}

// --- Points --------------------------------------------------------------------------------------------------------

function ask(where) {
  point = where;
  map.showPoint(where);
  card.ask(where, filters.get("on") ?? "");
}

async function askHere() {
  card.say(word("locating"));
  try {
    const here = await locate();
    map.goTo(here);
    ask(here);
  } catch (error) {
    card.say(error.message);
  }
}

// --- Wires ---------------------------------------------------------------------------------------------------------

form.elements.q.addEventListener("focus", () => sheet.open());
form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  changed();
});

atlas.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-select], [data-clear], [data-today-link], [data-place]");
  if (!chosen || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (chosen.dataset.select) toggle(chosen.dataset.select);
  else if (chosen.dataset.place) {
    sheet.giveWay();
    if (!map.fitPlace(chosen.dataset.place)) return;
  } else {
    if ("clear" in chosen.dataset) clearFilters();
    else form.elements.on.value = form.elements.on.dataset.today;
    changed();
  }
  event.preventDefault();
});

function clearFilters() {
  form.elements.q.value = "";
  form.querySelectorAll("input[type=checkbox]").forEach((box) => (box.checked = false));
}

for (const [type, slugOf] of [
  ["pointerover", (event) => event.target.closest("[data-row]")?.dataset.row ?? ""],
  ["pointerleave", () => ""],
]) {
  part("list").addEventListener(type, (event) => map.hover(slugOf(event)));
}

window.addEventListener("popstate", () => {
  fillForm(form);
  const asked = filtersOf(form);
  const otherDay = asked.get("on") !== filters.get("on");
  const sameRows = sameFilters(asked, filters);
  filters = asked;
  const view = readView();
  select(readSelection(), { push: false, fit: !view });
  if (view) map.view = view;
  if (!sameRows) refresh(otherDay);
});

window.addEventListener("beforeprint", () => {
  part("print-date").textContent = new Date().toLocaleDateString("sv-SE");
});

wireTools(part("tools"), map);
part("locate").addEventListener("click", askHere);
part("centre").addEventListener("click", () => ask(map.centre));

// --- Start ---------------------------------------------------------------------------------------------------------

await Promise.all([
  tell("places-failed", drawPlaces(asking.signal)),
  tell("areas-failed", drawAreas(asking.signal)),
]);
map.start(readView(), selected);
select(selected, { push: false, fit: false });
