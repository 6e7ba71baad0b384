/** The panel as a sheet over the map on a phone: low, half or full, by a button (also with the keyboard) and by drag. */

import { word } from "./words.js";

const NEXT = { low: "half", half: "full", full: "low" };
const phone = window.matchMedia("(max-width: 48rem)");
const short = window.matchMedia("(max-height: 43rem)");

export class Sheet {
  constructor(atlas, panel) {
    Object.assign(this, { atlas, panel });
    this.handle = panel.querySelector("[data-handle]");
    this.handle.addEventListener("click", () => this.dragged || this.set(NEXT[this.state]));
    this.handle.addEventListener("pointerdown", (event) => this.#drag(event));
    this.set(short.matches ? "low" : "half");
  }

  /** How many pixels of the map the sheet hides once it has come to rest. */
  get hidden() {
    if (!phone.matches) return 0;
    this.atlas.toggleAttribute("data-still", true);
    const height = this.panel.offsetHeight;
    this.atlas.toggleAttribute("data-still", false);
    return height;
  }

  set(state) {
    this.state = state;
    this.atlas.dataset.sheet = state;
    this.handle.querySelector("[data-handle-text]").textContent = word(`sheet-${NEXT[state]}`);
    this.handle.setAttribute("aria-expanded", String(state !== "low"));
  }

  /** Make room for the map where the sheet hides it. */
  giveWay() {
    if (phone.matches && this.state === "full") this.set(short.matches ? "low" : "half");
  }

  /** All the room for typing: the keyboard takes the lower half of a phone. */
  open() {
    if (phone.matches) this.set("full");
  }

  /** Bring a part of the panel to its top. */
  bring(element) {
    if (phone.matches) element.scrollIntoView({ block: "start" });
  }

  #drag(event) {
    const start = { y: event.clientY, height: this.panel.offsetHeight };
    this.dragged = false;
    this.handle.setPointerCapture(event.pointerId);
    const move = ({ clientY }) => {
      if (Math.abs(clientY - start.y) > 6) this.dragged = true;
      if (!this.dragged) return;
      this.atlas.toggleAttribute("data-still", true);
      this.atlas.style.setProperty("--sheet-height", `${start.height + start.y - clientY}px`);
    };
    const end = () => {
      this.handle.removeEventListener("pointermove", move);
      this.atlas.removeAttribute("data-still");
      if (!this.dragged) return;
      const share = this.panel.offsetHeight / this.atlas.offsetHeight;
      this.atlas.style.removeProperty("--sheet-height");
      this.set(share < 0.3 ? "low" : share < 0.7 ? "half" : "full");
      setTimeout(() => (this.dragged = false));
    };
    this.handle.addEventListener("pointermove", move);
    this.handle.addEventListener("pointerup", end, { once: true });
    this.handle.addEventListener("pointercancel", end, { once: true });
  }
}
