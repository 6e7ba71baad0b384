/** How the official mark is used, the label, and samples taken. */

import { filled, on, piece, slot, toggle } from "../dom.js";
import { word } from "../../words.js";
import { bound } from "./fields.js";
import { photos } from "./photos.js";

export function marks(draft) {
  const page = piece("step-marks");
  bound(slot(page, "use"), draft.body.mark_use, () => {
    showBalance(page, draft.body.mark_use);
    return draft.save();
  });
  showBalance(page, draft.body.mark_use);
  slot(page, "label-photos").replaceWith(photos(draft, { kind: "label" }));
  slot(page, "sample-photos").replaceWith(photos(draft, { kind: "sample" }));
  showSamples(page, draft);
  on(page, "add-sample", async () => {
    draft.body.samples.push({ name: "", batch: "", quantity: "", note: "" });
    await draft.save();
    showSamples(page, draft);
  });
  return page;
}

/** More used and left than printed is no mistake for certain, but should be seen on the spot. */
function showBalance(page, { printed, used, stock }) {
  const more = printed === null ? 0 : (used ?? 0) + (stock ?? 0) - printed;
  filled(page, { balance: word("marks-more", { n: more }) });
  toggle(page, "balance", more > 0);
}

function showSamples(page, draft) {
  slot(page, "samples").replaceChildren(...draft.body.samples.map((sample) => row(page, draft, sample)));
}

function row(page, draft, sample) {
  const made = bound(piece("sample"), sample, () => draft.save());
  on(made, "remove", async () => {
    draft.body.samples.splice(draft.body.samples.indexOf(sample), 1);
    await draft.save();
    showSamples(page, draft);
  });
  return made;
}
