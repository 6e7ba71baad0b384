/** The buttons over the map that change what is drawn: context layers, base layers, whole district, print. */

import { word } from "./words.js";

export function wireTools(tools, map) {
  tools.hidden = false;
  for (const box of tools.querySelectorAll("[data-context]")) {
    box.addEventListener("change", () => map.showContext(box.dataset.context, box.checked));
  }
  tools.querySelector("[data-whole]")?.addEventListener("click", () => map.fitDistrict());
  tools.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  offerBases(tools.querySelector("[data-bases]"), map);
  const layers = tools.querySelector("details");
  document.addEventListener("click", (event) => layers.contains(event.target) || (layers.open = false));
  layers.addEventListener("keydown", (event) => event.key === "Escape" && (layers.open = false));
}

function offerBases(fieldset, map) {
  if (!map.bases.length) return;
  fieldset.hidden = false;
  for (const name of ["none", ...map.bases]) {
    const label = document.createElement("label");
    label.className = "box";
    const choice = Object.assign(document.createElement("input"), { type: "radio", name: "base", value: name });
    choice.checked = name === "none";
    choice.addEventListener("change", () => map.showBase(name));
    label.append(choice, word(name));
    fieldset.append(label);
  }
}
