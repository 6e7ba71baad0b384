/** The map on paper: given the size of its place on the sheet before the browser lays the pages out, so nothing is cut. */

export function layOutForPrint(map, stage) {
  let before = null;
  window.addEventListener("beforeprint", () => {
    before = { centre: map.getCenter(), zoom: map.getZoom() };
    const bounds = map.getBounds();
    stage.classList.add("is-printing");
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(bounds, { animate: false });
  });
  window.addEventListener("afterprint", () => {
    if (!before) return;
    stage.classList.remove("is-printing");
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.centre, before.zoom, { animate: false });
    before = null;
  });
}
