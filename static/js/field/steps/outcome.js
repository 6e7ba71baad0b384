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
  const proposal = failing.map(({ item, note }) => `${label(item)}：${note}`).join("\n");
  page.querySelector("[value=rectify]").addEventListener("change", () => propose(page, draft, proposal));
  show(page, draft);
  return page;
}

/** What was found, as a beginning of what is to be mended. */
function propose(page, draft, proposal) {
  if (draft.body.demand.trim()) return;
  slot(page, "demand").value = draft.body.demand = proposal;
  draft.save();
}

function show(page, draft) {
  toggle(page, "rectify", draft.body.outcome === "rectify");
}
