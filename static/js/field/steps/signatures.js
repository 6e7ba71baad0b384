/** Two inspectors sign, and the party or why it does not. */

import * as db from "../db.js";
import { attempt, on, piece, slot, toggle } from "../dom.js";
import { Pad } from "../signature.js";

export async function signatures(draft) {
  const page = piece("step-signatures");
  const { signatures } = draft.body;
  const pads = draft.task.inspectors.map((person) => inspectorPad(draft, signatures, person));
  slot(page, "inspectors").replaceChildren(...(await Promise.all(pads)));
  await partyPad(draft, signatures, page);
  return page;
}

async function inspectorPad(draft, signatures, { username, name }) {
  const made = piece("pad", { name });
  const find = () => signatures.inspectors.find((one) => one.username === username);
  await pad(draft, made, find()?.sha256, (sha256) => {
    const others = signatures.inspectors.filter((one) => one.username !== username);
    signatures.inspectors = sha256 ? [...others, { username, sha256 }] : others;
  });
  return made;
}

async function partyPad(draft, signatures, page) {
  const box = slot(page, "party");
  const name = box.querySelector("[name=name]");
  const refusal = page.querySelector("[name=refusal]");
  name.value = signatures.party?.name ?? "";
  refusal.value = signatures.refusal;
  await pad(draft, box, signatures.party?.sha256, (sha256) => {
    signatures.party = sha256 ? { name: name.value, sha256 } : null;
  });
  name.addEventListener("input", () => {
    if (signatures.party) signatures.party.name = name.value;
    draft.save();
  });
  refusal.addEventListener("input", () => {
    signatures.refusal = refusal.value;
    draft.save();
  });
}

/** A pad in `box`; `set(sha256)` writes whose signature it is, or that there is none any more. */
async function pad(draft, box, sha256, set) {
  let current = draft.body.photos.find((photo) => photo.kind === "signature" && photo.sha256 === sha256);
  let turn = Promise.resolve(); // strokes come faster than they are kept
  const place = new Pad(box.querySelector("canvas"), () => {
    turn = turn.then(() => attempt(async () => change(await place.picture())));
  });
  const kept = current && (await db.photo(draft.row.uuid, current.sha256));
  if (kept) await place.show(new Blob([kept.bytes], { type: kept.media_type }));
  toggle(box, "clear", current);

  async function change(picture) {
    set(picture?.sha256 ?? null);
    current = await draft.replace(current, picture);
    toggle(box, "clear", current);
  }

  on(box, "clear", () => {
    place.clear();
    turn = turn.then(() => attempt(() => change(null)));
    return turn;
  });
}
