/** How the official mark is used, the label, and samples taken. */

import { on, piece, slot } from "../dom.js";
import { bound } from "./fields.js";
import { photos } from "./photos.js";

export function marks(draft) {
  const page = piece("step-marks");
  bound(slot(page, "use"), draft.body.mark_use, () => draft.save());
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
