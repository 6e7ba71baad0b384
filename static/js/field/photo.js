/**
 * Photos made smaller on the device. Drawing a photo anew loses what the camera wrote into it, so its Exif part (time,
 * position) is put back into what is sent: the register keeps it apart, compares it and never shows it to the public.
 */

import { Sentence } from "../ask.js";
import { word } from "../words.js";

export const LONGEST = 1600; // px
const QUALITY = 0.82;
const ORIENTATION = 0x0112;
const EXIF_HEAD = "Exif\0\0";

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (one) => one.toString(16).padStart(2, "0")).join("");
}

/** What is kept and sent of a chosen photo: its bytes with their SHA-256 and the time. Throws a Sentence. */
export async function prepared(file) {
  const original = await file.arrayBuffer();
  if (!original.byteLength) throw new Sentence(word("photo-empty"));
  const drawn = await smaller(file);
  const bytes = withExif(await drawn.arrayBuffer(), exifOf(original));
  return {
    sha256: await sha256(bytes),
    bytes,
    media_type: "image/jpeg",
    taken_at: new Date().toISOString(),
  };
}

/** The photo upright, no side longer than LONGEST, as JPEG. */
async function smaller(file) {
  const picture = await createImageBitmap(file).catch(() => {
    throw new Sentence(word(/hei[cf]/i.test(file.type + file.name) ? "photo-heic" : "photo-unread"));
  });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height); // under what is transparent
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Sentence(word("photo-unread"));
  return blob;
}

/** The Exif part of a JPEG, from its marker on; null where there is none. */
function exifOf(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 4 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === 0xda || end > view.byteLength) return null; // the picture itself begins, or the file is cut
    if (marker === 0xe1 && end - at > 18 && textAt(view, at + 4, 6) === EXIF_HEAD) return upright(buffer.slice(at, end));
  }
  return null;
}

function textAt(view, at, length) {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, length));
}

/** The same Exif part saying that the picture stands as it is, since it was drawn upright. */
function upright(exif) {
  const view = new DataView(exif);
  const start = 10; // behind marker, length and head
  const little = view.getUint16(start) === 0x4949;
  const first = start + view.getUint32(start + 4, little);
  const entries = first + 2 <= view.byteLength ? view.getUint16(first, little) : 0;
  for (let at = first + 2; at < first + 2 + entries * 12 && at + 12 <= view.byteLength; at += 12) {
    if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
  }
  return exif;
}

/** A drawn JPEG with an Exif part right behind its first marker. */
function withExif(drawn, exif) {
  if (!exif) return drawn;
  const joined = new Uint8Array(drawn.byteLength + exif.byteLength);
  joined.set(new Uint8Array(drawn, 0, 2));
  joined.set(new Uint8Array(exif), 2);
  joined.set(new Uint8Array(drawn, 2), 2 + exif.byteLength);
  return joined.buffer;
}
