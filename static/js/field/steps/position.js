/** Where the inspectors stand, and what the area that was taken along says to it. */

import { attempt, filled, on, piece, slot, toggle } from "../dom.js";
import { doubt, measured, typed } from "../position.js";
import { metresBetween } from "../verdict.js";
import { ago } from "../times.js";
import { distance, word } from "../../words.js";

const SIGNS = { inside: "✓", outside: "✗", too_close: "?", none: "–" };

export function position(draft) {
  const page = piece("step-position");
  showSites(page, draft);
  on(page, "measure", async (button) => {
    button.disabled = true;
    filled(page, { reading: word("locating") });
    try {
      await taken(page, draft, await measured());
    } finally {
      button.disabled = false;
      show(page, draft);
    }
  });
  page.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    attempt(() => taken(page, draft, typed(fields)));
  });
  show(page, draft);
  return page;
}

async function taken(page, draft, found) {
  draft.body.position = found;
  draft.judge();
  draft.body.site ??= nearest(draft)?.number ?? null;
  await draft.save();
  showSites(page, draft);
  show(page, draft);
}

function nearest({ task, body }) {
  const by = (site) => metresBetween(body.position, site);
  return [...task.sites].sort((one, other) => by(one) - by(other))[0];
}

function show(page, draft) {
  const found = draft.judge();
  const { position } = draft.body;
  const verdict = found?.verdict ?? "none";
  const box = slot(page, "verdict");
  box.dataset.verdict = verdict;
  filled(page, {
    sign: SIGNS[verdict],
    said: word(draft.area ? `verdict-${position ? verdict : "unasked"}` : "verdict-no-area"),
    why: found ? why(found, position, draft.area) : "",
    reading: position
      ? word(`position-${position.source}`, {
          lon: position.lon.toFixed(6),
          lat: position.lat.toFixed(6),
          accuracy: Math.round(position.accuracy_m * 10) / 10,
          ago: ago(position.at),
        })
      : word("position-none"),
    doubt: position ? doubt(position, draft.bundle.limits.coarse_m) : "",
  });
  toggle(page, "doubt", slot(page, "doubt").textContent);
}

function why({ inside, distance_m, uncertainty_m, verdict }, { accuracy_m }, { schematic }) {
  const said = word(`border-${inside ? "inside" : "outside"}`, {
    distance: distance(distance_m),
    accuracy: distance(accuracy_m),
    uncertainty: distance(uncertainty_m),
  });
  return said + (schematic ? word("area-schematic") : "") + (verdict === "too_close" ? word("too-close-hint") : "");
}

function showSites(page, draft) {
  const list = slot(page, "sites");
  const { position, site } = draft.body;
  list.replaceChildren(
    ...draft.task.sites.map((one) => {
      const away = position ? word("away", { distance: distance(metresBetween(position, one)) }) : "";
      const made = piece("site-choice", { name: one.name, away });
      const box = made.querySelector("input");
      box.checked = one.number === site;
      box.addEventListener("change", () => {
        draft.body.site = one.number;
        draft.save();
      });
      return made;
    }),
  );
  toggle(page, "site-choices", draft.task.sites.length);
}
