/** What the address of the map says: filters and day, the view, the selected product. */

const FILTERS = ["q", "on", "stage", "regime", "category"];

/** The filters of a form as parameters, without empty ones and without a day that is today. */
export function filtersOf(form) {
  const today = form.elements.on.dataset.today;
  const given = [...new FormData(form)].filter(([name, value]) => value.trim() && !(name === "on" && value === today));
  return new URLSearchParams(given);
}

/** Put the filters of the present address back into the form. */
export function fillForm(form) {
  const asked = new URLSearchParams(location.search);
  form.elements.q.value = asked.get("q") ?? "";
  form.elements.on.value = asked.get("on") || form.elements.on.dataset.today;
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    box.checked = asked.getAll(box.name).includes(box.value);
  }
}

/** `view=zoom,lat,lon` of the present address, null where it is missing or unreadable. */
export function readView() {
  const parts = (new URLSearchParams(location.search).get("view") ?? "").split(",").map(Number);
  if (parts.length !== 3 || !parts.every(Number.isFinite)) return null;
  const [zoom, lat, lon] = parts;
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 1 && zoom <= 18 ? { zoom, lat, lon } : null;
}

/** The slug of the selected product, "" for none. */
export function readSelection() {
  return new URLSearchParams(location.search).get("product") ?? "";
}

/** Write the state into the address; `push` keeps the former one for the back button. */
export function writeAddress({ filters, view, selected }, push = false) {
  const parameters = new URLSearchParams(filters);
  if (view) parameters.set("view", [view.zoom.toFixed(2), view.lat.toFixed(4), view.lon.toFixed(4)].join(","));
  if (selected) parameters.set("product", selected);
  const text = parameters.toString().replaceAll("%2C", ",");
  const address = location.pathname + (text ? `?${text}` : "");
  if (address === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}

/** Whether two sets of parameters ask for the same rows. */
export function sameFilters(one, other) {
  return FILTERS.every((name) => one.getAll(name).join() === other.getAll(name).join());
}
