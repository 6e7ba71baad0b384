/** Names on the map, as HTML so that they stay crisp; those that would overlap are left out. */

import { labelPoint } from "./geometry.js";

const { L } = window;
const EVERYWHERE = [-180, -90, 180, 90];
const FARTHEST_ZOOM = { unit: 9.5, neighbour: 8, area: 0 };

export class Labels {
  constructor(map) {
    this.map = map;
    this.layer = L.layerGroup().addTo(map);
    this.places = [];
    this.areas = [];
    map.on("moveend", () => this.draw());
  }

  /** Names of places: `{name, role, geometry}`. */
  setPlaces(places) {
    this.places = places.map((place) => ({ ...place, at: place.role === "unit" ? labelPoint(place.geometry, EVERYWHERE) : null }));
    this.draw();
  }

  /** Names of areas, which go before those of places: `{name, geometry}`. */
  setAreas(areas) {
    this.areas = areas.map((area) => ({ ...area, role: "area" }));
    this.draw();
  }

  draw() {
    const bounds = this.map.getBounds();
    const window = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.layer.clearLayers();
    const units = this.places.filter(({ role }) => role === "unit");
    const others = this.places.filter(({ role }) => role !== "unit");
    const taken = [];
    for (const place of [...this.areas, ...units, ...others]) {
      if (this.map.getZoom() < FARTHEST_ZOOM[place.role]) continue;
      const at = place.at ?? labelPoint(place.geometry, window);
      if (at) this.#put(place, at, taken);
    }
  }

  #put({ name, role }, { lon, lat }, taken) {
    const text = Object.assign(document.createElement("span"), { textContent: name });
    const icon = L.divIcon({ className: `map-label map-label-${role}`, html: text, iconSize: [0, 0] });
    const marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false, pane: "labels" }).addTo(this.layer);
    const box = text.getBoundingClientRect();
    const crowded = taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
    marker.getElement().classList.toggle("is-crowded", crowded);
    if (!crowded) taken.push(box);
  }
}
