/**
 * What waits to be sent, and sending it. A record goes first, then each photo that the register misses, from where it
 * broke off; only when the register says that it has all of them do they leave the device. Every step may be
 * repeated: what is there already changes nothing.
 */

import * as db from "./db.js";
import { ask, heads, SignedOut, Unreachable } from "./server.js";
import { word } from "../words.js";
import { Sentence } from "../ask.js";

const PART = 512 * 1024; // bytes of a photo in one request
const LARGEST_FILE = 24 * 1024 * 1024; // bytes, before base64 makes them a third more
const LOCK = "field-send";

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
  if (!rows.length) return "nothing";
  let token;
  try {
    token = (await ask("/field/plans.json")).csrf;
  } catch (error) {
    return stopped(error);
  }
  let outcome = "sent";
  for (const row of rows) {
    try {
      await sendOne(row, token);
    } catch (error) {
      await db.amendRecord(row.uuid, { error: error.message, tried_at: new Date().toISOString() });
      changed();
      if (error instanceof SignedOut || error instanceof Unreachable) return stopped(error);
      if (!(error instanceof Sentence)) throw error;
      outcome = "refused";
    }
    changed();
  }
  return outcome;
}

function stopped(error) {
  if (error instanceof SignedOut) return "signed-out";
  if (error instanceof Unreachable) return "offline";
  if (error instanceof Sentence) return "refused";
  throw error;
}

/** The record, and each photo until the register says that it has it: then it has all. */
async function sendOne(row, token) {
  const { missing, remarks } = await post(row, token);
  for (const sha256 of missing) await sendPhoto(row, sha256, token);
  await db.markSent(row.uuid, { sent_at: new Date().toISOString(), remarks });
}

function post(row, token) {
  return ask("/field/records", {
    method: "POST",
    headers: { ...heads(token), "Content-Type": "application/json", "X-Body-SHA256": row.sha256 },
    body: row.text,
  });
}

/** Send what the register lacks of a photo, part by part; only after a broken attempt may some of it be there. */
async function sendPhoto({ uuid, tried_at }, sha256, token) {
  const photo = await db.photo(uuid, sha256);
  if (!photo) throw new Sentence(word("photo-gone"));
  const address = `/field/photos/${sha256}`;
  let { have, complete } = tried_at ? await ask(address) : { have: 0, complete: false };
  while (!complete) {
    const before = have;
    ({ have, complete } = await put(address, photo, have, token));
    if (!complete && have <= before) throw new Sentence(word("photo-stuck"));
  }
}

function put(address, photo, from, token) {
  const total = photo.bytes.byteLength;
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
 * or several where one would be too large to be sent.
 */
export async function rescueFiles() {
  const files = [];
  let part = [];
  let size = 0;
  for (const row of await waiting()) {
    const photos = await db.photos(row.uuid);
    const more = photos.reduce((sum, { bytes }) => sum + bytes.byteLength, row.text.length);
    if (part.length && size + more > LARGEST_FILE) {
      files.push(await rescueFile(part, files.length));
      [part, size] = [[], 0];
    }
    part.push({ row, photos });
    size += more;
  }
  return part.length ? [...files, await rescueFile(part, files.length)] : files;
}

async function rescueFile(part, at) {
  const photos = part.flatMap((one) => one.photos);
  const content = {
    records: part.map(({ row }) => ({ body: row.text, sha256: row.sha256 })),
    photos: await Promise.all(photos.map(async ({ sha256, bytes }) => ({ sha256, base64: await base64(bytes) }))),
  };
  const minute = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "");
  return new File([JSON.stringify(content)], `field-${minute}-${at + 1}.json`, { type: "application/json" });
}

async function base64(bytes) {
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
