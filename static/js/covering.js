/** The card that says what covers a point. */

import { askJson } from "./ask.js";
import { distance, word } from "./words.js";

const SIGNS = { inside: "✓", outside: "–", too_close: "?" };

export class CoveringCard {
  /** `card` is the section of the page; `addresses` has `covering` and `check`; `onShow(slug)` highlights an area. */
  constructor(card, addresses, { onShow, onClose }) {
    Object.assign(this, { card, addresses, onShow });
    this.part = (name) => card.querySelector(`[data-${name}]`);
    this.part("close").addEventListener("click", () => {
      this.close();
      onClose();
    });
  }

  /** Ask what covers the point on the day ("" for today) and show the answer or why there is none. */
  async ask(point, on) {
    this.#begin(point);
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      this.#show(await askJson(`${this.addresses.covering}?${parametersOf(point, on)}&nearest=1`, signal), point, on);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.part("summary").textContent = error.message;
    }
  }

  /** Show one sentence instead of an answer. */
  say(sentence) {
    this.asking?.abort();
    this.#clear();
    this.part("summary").textContent = sentence;
    this.card.hidden = false;
  }

  close() {
    this.asking?.abort();
    this.card.hidden = true;
  }

  #clear() {
    this.part("position").textContent = "";
    this.part("findings").replaceChildren();
    this.part("nearest").hidden = true;
    this.part("check-line").hidden = true;
  }

  #begin(point) {
    this.say(word("asking"));
    const values = { lon: point.lon.toFixed(5), lat: point.lat.toFixed(5), accuracy: Math.round(point.accuracy ?? 0) };
    this.part("position").textContent = word(point.accuracy ? "position-accuracy" : "position", values);
  }

  #show(answer, point, on) {
    this.part("summary").textContent = answer.summary;
    this.part("findings").replaceChildren(...answer.covering.map((finding) => this.#finding(finding, on)));
    this.part("nearest").hidden = !answer.nearest;
    this.part("nearest-list").replaceChildren(...(answer.nearest ? [this.#finding(answer.nearest, on)] : []));
    this.part("check-link").href = `${this.addresses.check}?${parametersOf(point, on)}`;
    this.part("check-line").hidden = false;
  }

  #finding(finding, on) {
    const row = document.getElementById("finding").content.cloneNode(true).firstElementChild;
    const slots = {
      verdict: finding.verdict_label,
      name: finding.name,
      regime: finding.regime_label,
      stage: finding.stage_label ?? "",
      grade: finding.grade_label,
      basis: finding.basis_label,
      border: drawnSide(finding) + word(finding.uncertainty_m ? "border" : "border-sure", {
        distance: distance(finding.distance_m),
        uncertainty: distance(finding.uncertainty_m),
      }),
    };
    for (const [name, text] of Object.entries(slots)) row.querySelector(`[data-slot="${name}"]`).textContent = text;
    row.querySelector("[data-verdict]").classList.add(`verdict-${finding.verdict}`);
    row.querySelector("[data-sign]").textContent = SIGNS[finding.verdict];
    row.querySelector("[data-grade]").classList.add(`grade-${finding.grade}`);
    row.querySelector("[data-schematic]").hidden = !finding.schematic;
    row.querySelector("[data-link]").href = finding.url + (on ? `?on=${on}` : "");
    row.querySelector("[data-show]").addEventListener("click", () => this.onShow(finding.slug));
    return row;
  }
}

/** Which side of the drawn border the point lies on, said only where the verdict does not. */
function drawnSide({ verdict, inside }) {
  if (verdict !== "too_close") return "";
  return word(inside ? "drawn-inside" : "drawn-outside");
}

/** The point and the day as both `/api/covering` and `/check/` read them. */
function parametersOf(point, on) {
  const parameters = new URLSearchParams({ lon: point.lon.toFixed(6), lat: point.lat.toFixed(6) });
  if (point.accuracy) parameters.set("accuracy", String(point.accuracy));
  if (on) parameters.set("on", on);
  return parameters;
}
