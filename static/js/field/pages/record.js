/** Writing a record, one step a screen; each change is on the disk before the next. */

import * as db from "../db.js";
import { Draft } from "../draft.js";
import { on, piece, slot, toggle } from "../dom.js";
import { clock } from "../times.js";
import { word } from "../../words.js";
import { Sentence } from "../../ask.js";
import { items } from "../steps/items.js";
import { marks } from "../steps/marks.js";
import { outcome } from "../steps/outcome.js";
import { position } from "../steps/position.js";
import { review } from "../steps/review.js";
import { signatures } from "../steps/signatures.js";
import { bundleOf } from "./plan.js";

const STEPS = { position, items, marks, outcome, signatures, review };
const NAMES = Object.keys(STEPS);

export async function record(uuid, asked) {
  const row = await db.record(uuid);
  if (row?.state !== "draft") throw new Sentence(word("no-draft"));
  const { bundle } = await bundleOf(row.plan);
  const at = Math.max(0, NAMES.indexOf(asked));
  const step = NAMES[at];
  const page = piece("record", {
    title: row.title,
    "step-title": word(`step-${step}`),
    correcting: word(row.corrects_at ? "correcting" : "correcting-one", { at: row.corrects_at && clock(row.corrects_at) }),
    "step-count": word("step-count", { at: at + 1, n: NAMES.length }),
  });
  toggle(page, "correcting", row.body.corrects);
  const draft = new Draft({ ...row, step }, bundle, (saving) => told(page.querySelector("[data-saved]"), saving));
  await db.keepRecord(draft.row);
  slot(page, "step").append(await STEPS[step](draft));
  lead(page, "back", at ? `#/records/${uuid}/${NAMES[at - 1]}` : `#/tasks/${encodeURIComponent(row.plan)}/${row.task}`);
  lead(page, "next", NAMES[at + 1] && `#/records/${uuid}/${NAMES[at + 1]}`);
  on(page, "discard", () => discard(row));
  return page;
}

/** The page says that it is saving, and that it has. */
async function told(sign, saving) {
  sign.dataset.saved = "no";
  await saving;
  sign.dataset.saved = "yes";
}

function lead(page, name, hash) {
  toggle(page, name, hash);
  slot(page, name).href = hash ?? "";
}

async function discard({ uuid, title, plan, task }) {
  if (!confirm(word("discard-draft", { title }))) return;
  await db.dropRecord(uuid);
  location.hash = `#/tasks/${encodeURIComponent(plan)}/${task}`;
}
