/** Photos of one kind (and item) in a record: taking, seeing, taking out. */

import * as db from "../db.js";
import { attempt, filled, on, piece, slot, toggle } from "../dom.js";
import { prepared } from "../photo.js";
import { word } from "../../words.js";
import { Sentence } from "../../ask.js";

const SIDE = 96; // px

/** The list of photos that `kind` ({kind, item}) names, with a button to add one. */
export function photos(draft, kind) {
  const page = piece("photos");
  const input = page.querySelector("input");
  input.addEventListener("change", () => attempt(() => said(page, () => added(draft, kind, page, input))));
  show(draft, kind, page);
  return page;
}

/** A refusal of a photo is said where it was to be added. */
async function said(page, act) {
  toggle(page, "photo-said", false);
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Sentence)) throw error;
    filled(page, { "photo-said": error.message });
    toggle(page, "photo-said", true);
  }
}

async function added(draft, kind, page, input) {
  const files = [...input.files];
  input.value = "";
  for (const file of files) {
    if (draft.photographed() >= draft.bundle.limits.photos) {
      throw new Sentence(word("photos-many", { n: draft.bundle.limits.photos }));
    }
    await draft.add(await prepared(file), kind);
    await show(draft, kind, page);
  }
}

async function show(draft, { kind, item = null }, page) {
  const named = draft.body.photos.filter((photo) => photo.kind === kind && photo.item === item);
  const made = await Promise.all(named.map((photo, at) => thumb(draft, { kind, item }, page, photo, at)));
  slot(page, "thumbs").replaceChildren(...made);
}

async function thumb(draft, kind, page, named, at) {
  const made = piece("thumb");
  const kept = await db.photo(draft.row.uuid, named.sha256);
  made.querySelector("canvas").setAttribute("aria-label", word("photo-number", { n: at + 1 }));
  if (kept) await draw(made.querySelector("canvas"), new Blob([kept.bytes], { type: kept.media_type }));
  on(made, "remove", async () => {
    if (!confirm(word("remove-photo"))) return;
    await draft.remove(named);
    await show(draft, kind, page);
  });
  return made;
}

/** A square cut from the middle. */
async function draw(canvas, blob) {
  const picture = await createImageBitmap(blob);
  const side = Math.min(picture.width, picture.height);
  canvas.width = canvas.height = SIDE * 2;
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  picture.close();
}
