/** The list of rows beside the map: fetched again as HTML when filters change, announced, and marked when selected. */

import { askHtml } from "./ask.js";

export class ProductList {
  /** `list` holds the rows; `status` is the live region; `form` shows the counts. */
  constructor(list, status, form) {
    Object.assign(this, { list, status, form, selected: "" });
  }

  /** Fetch the rows for `filters`. */
  async refresh(filters, signal) {
    const asked = new URLSearchParams(filters);
    asked.set("part", "list");
    this.list.setAttribute("aria-busy", "true");
    try {
      const body = await askHtml(`${location.pathname}?${asked}`, signal);
      this.list.replaceChildren(...body.childNodes);
      this.list.removeAttribute("aria-busy");
      this.#announce();
      this.mark(this.selected);
    } catch (error) {
      if (error.name !== "AbortError") this.list.removeAttribute("aria-busy");
      throw error;
    }
  }

  /** Mark the row of `slug` as selected, "" for none. */
  mark(slug) {
    this.selected = slug;
    for (const row of this.list.querySelectorAll("[data-row]")) {
      const chosen = row.dataset.row === slug;
      row.toggleAttribute("data-selected", chosen);
      const button = row.querySelector("[data-select]");
      if (chosen) button?.setAttribute("aria-current", "true");
      else button?.removeAttribute("aria-current");
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
  }

  #announce() {
    this.status.textContent = this.list.querySelector("[data-count]")?.textContent ?? "";
    for (const { value, textContent } of this.list.querySelectorAll("data")) {
      const shown = this.form.querySelector(`[data-count-of="${value}"]`);
      if (shown) shown.textContent = textContent;
    }
  }
}
