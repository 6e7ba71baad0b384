/** What the inspection comes to. */

import { filled, piece, slot, toggle } from "../dom.js";
import { word } from "../../words.js";
import { bound } from "./fields.js";

export function outcome(draft) {
  const page = piece("step-outcome");
  const label = (number) => draft.bundle.items.find((item) => item.number === number).label;
  const failing = draft.failing();
  filled(page, {
    found: failing.length
      ? word("found-failing", { n: failing.length, items: failing.map(({ item }) => label(item)).join("、") })
      : word("found-none"),
  });
  bound(page, draft.body, async () => {
    show(page, draft);
    await draft.save();
  });
  if (!draft.body.demand) slot(page, "demand").placeholder = failing.map(({ item, note }) => `${label(item)}：${note}`).join("\n");
  show(page, draft);
  return page;
}

function show(page, draft) {
  toggle(page, "rectify", draft.body.outcome === "rectify");
}
