/**
 * What waits to be sent, and sending it. A record goes first, then each photo that the register misses, from where it
 * broke off; only when the register says that it has all of them do they leave the device. Every step may be
 * repeated: what is there already changes nothing.
 */

import * as db from "./db.js";
import { ask, heads, SignedOut, Unreachable } from "./server.js";
import { clock } from "./times.js";
import { word } from "../words.js";
import { Sentence } from "../ask.js";

const PART = 512 * 1024; // bytes of a photo in one request
const LARGEST_FILE = 24 * 1024 * 1024; // bytes, before base64 makes them a third more
const LOCK = "field-send";

/** What kept the last round from beginning, as a sentence; "" where nothing did. */
export let stopped = "";

/** Records that have not arrived, the oldest first. */
export async function waiting() {
  return (await db.records()).filter(({ state }) => state === "waiting").sort(byAge);
}

const byAge = (one, other) => one.finished_at.localeCompare(other.finished_at);

/**
 * Send all that waits, or only the record `uuid`; one tab at a time. Tells `changed()` after each record. The answer is
 * "sent", "nothing", "busy" (another tab sends), "signed-out", "offline" or "refused" (some were).
 */
export async function send(changed = () => {}, uuid = null) {
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sendAll(changed, uuid) : "busy"));
}

/** When no tab sends any more. */
export function quiet() {
  return navigator.locks.request(LOCK, () => {});
}

async function sendAll(changed, uuid) {
  const rows = (await waiting()).filter((row) => !uuid || row.uuid === uuid);
  stopped = "";
  if (!rows.length) return "nothing";
  let token;
  try {
    token = (await ask("/field/plans.json")).csrf;
  } catch (error) {
    if (!(error instanceof SignedOut)) stopped = error.message; // that is said on every page
    return outcomeOf(error);
  }
  let outcome = "sent";
  for (const row of rows) {
    try {
      await sendOne(row, token);
    } catch (error) {
      await db.amendRecord(row.uuid, { error: error.message, tried_at: new Date().toISOString() });
      changed();
      if (error instanceof SignedOut || error instanceof Unreachable) return outcomeOf(error);
      if (!(error instanceof Sentence)) throw error;
      outcome = "refused";
    }
    changed();
  }
  return outcome;
}

function outcomeOf(error) {
  if (error instanceof SignedOut) return "signed-out";
  if (error instanceof Unreachable) return "offline";
  if (error instanceof Sentence) return "refused";
  throw error;
}

/** The record, and each photo until the register says that it has it: then it has all. */
async function sendOne(row, token) {
  const posted = await post(row, token);
  const left = new Set(posted.missing);
  await db.amendRecord(row.uuid, { left: left.size });
  try {
    const { remarks } = (await sendPhotos(row, left, token)) ?? posted;
    await db.markSent(row.uuid, { sent_at: new Date().toISOString(), remarks });
  } finally {
    if (left.size) await db.amendRecord(row.uuid, { left: left.size });
  }
}

/**
 * Send the photos in `left` and take out what has arrived; one that is refused does not keep the others back. The answer
 * is what the register says of the record with its last photo.
 */
async function sendPhotos(row, left, token) {
  let said = null;
  let refusal = null;
  for (const sha256 of [...left]) {
    try {
      said = (await sendPhoto(row, sha256, token, left.size === 1)).record;
      left.delete(sha256);
    } catch (error) {
      if (!(error instanceof Sentence) || error instanceof SignedOut || error instanceof Unreachable) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
  return said;
}

function post(row, token) {
  return ask("/field/records", {
    method: "POST",
    headers: { ...heads(token), "Content-Type": "application/json", "X-Body-SHA256": row.sha256 },
    body: row.text,
  });
}

/**
 * Send what the register lacks of a photo, part by part; only after a broken attempt may some of it be there. With the
 * last one the register says how the record stands, of which it can say more once it has seen the photos.
 */
async function sendPhoto({ uuid, tried_at }, sha256, token, last) {
  const photo = await db.photo(uuid, sha256);
  if (!photo) throw new Sentence(word("photo-gone"));
  const address = `/field/photos/${sha256}${last ? `?record=${uuid}` : ""}`;
  let told = tried_at ? await ask(address) : { have: 0, complete: false };
  while (!told.complete) {
    const { have } = told;
    told = await put(address, photo, have, token);
    if (!told.complete && told.have <= have) throw new Sentence(word("photo-stuck"));
  }
  return told;
}

/** The next part; at least the last byte, since a server that was killed may have all without having looked at it. */
function put(address, photo, have, token) {
  const total = photo.bytes.byteLength;
  const from = Math.min(have, total - 1);
  const until = Math.min(from + PART, total);
  const range = `bytes ${from}-${until - 1}/${total}`;
  return ask(address, {
    method: "PUT",
    headers: { ...heads(token), "Content-Type": photo.media_type, "Content-Range": range },
    body: photo.bytes.slice(from, until),
  });
}

// --- The rescue files ------------------------------------------------------------------------------------------------

/**
 * All that waits, with its photos, in files that the desk takes in: for when this browser can no longer send. One file,
 * or several where one would be too large to be sent; a photo may stand in another than its record, as it may arrive
 * before or after it.
 */
export async function rescueFiles() {
  const files = [];
  let part = { records: [], photos: [] };
  let size = 0;
  const close = () => {
    if (size) files.push(rescueFile(part, files.length + 1));
    part = { records: [], photos: [] };
    size = 0;
  };
  for await (const [name, line, bytes] of rescued()) {
    if (size + bytes > LARGEST_FILE) close();
    part[name].push(line);
    size += bytes;
  }
  close();
  return files;
}

/** Each record and each photo that waits: [list, line of it, bytes]; a photo that two records name once. */
async function* rescued() {
  const known = new Set();
  for (const { uuid, text, sha256 } of await waiting()) {
    yield ["records", { body: text, sha256 }, text.length];
    for (const photo of await db.photos(uuid)) {
      if (known.has(photo.sha256)) continue;
      known.add(photo.sha256);
      yield ["photos", { sha256: photo.sha256, base64: await base64(photo.bytes) }, photo.bytes.byteLength];
    }
  }
}

function rescueFile(content, number) {
  const at = clock(new Date()).replace(" ", "-").replace(":", "");
  return new File([JSON.stringify(content)], word("rescue-file", { at, number }), { type: "application/json" });
}

export async function base64(bytes) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
