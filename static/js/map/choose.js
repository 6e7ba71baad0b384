/** Choosing units on the map: a second view of the boxes beside it, which stay the truth. */

import { askJson } from "../ask.js";
import { RegisterMap } from "./engine.js";

const { L } = window;

export class UnitChoice {
  constructor(element, boxes) {
    this.register = new RegisterMap(element);
    this.boxes = new Map([...boxes.querySelectorAll("input[type=checkbox]")].map((box) => [box.value, box]));
    this.count = boxes.querySelector("[data-chosen]");
    this.paths = new Map();
    boxes.addEventListener("change", () => this.show());
  }

  async start(places) {
    const { features } = await askJson(places);
    this.register.drawPlaces(features);
    this.register.start(null, "");
    features.filter(({ geometry, properties }) => geometry && properties.role === "unit").forEach((unit) => this.#draw(unit));
    this.show();
  }

  /** Let the map and the count say what the boxes say. */
  show() {
    for (const [code, path] of this.paths) path.getElement()?.classList.toggle("is-chosen", this.boxes.get(code).checked);
    const chosen = [...this.boxes.values()].filter(({ checked }) => checked).length;
    this.count.textContent = this.count.dataset.text.replace("{n}", chosen);
  }

  #draw(unit) {
    const box = this.boxes.get(unit.properties.code);
    if (!box) return;
    const path = L.geoJSON(unit, { pane: "areas", smoothFactor: 0, style: { className: "unit-choice" } }).getLayers()[0];
    path.on("click", () => box.click());
    path.addTo(this.register.map);
    path.getElement().removeAttribute("tabindex");
    this.paths.set(unit.properties.code, path);
  }
}
