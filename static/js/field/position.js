/** Where the device is, as it says it: nothing rounded, nothing mended. Throws a Sentence where it cannot tell. */

import { Sentence } from "../ask.js";
import { word } from "../words.js";

const COARSEST_M = 1_000_000;
const WAIT = { enableHighAccuracy: true, timeout: 30_000, maximumAge: 0 };
const REASONS = { 1: "locate-denied", 2: "locate-unavailable", 3: "locate-timeout" };

export function measured() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject(new Sentence(word("locate-unavailable")));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          lon: coords.longitude,
          lat: coords.latitude,
          accuracy_m: coords.accuracy,
          source: "device",
          at: new Date(timestamp).toISOString(),
        }),
      (error) => reject(new Sentence(word(REASONS[error.code] ?? "locate-unavailable"))),
      WAIT,
    );
  });
}

/** A position typed in; accuracy stays unknown only where nothing is typed, and is then refused. Throws a Sentence. */
export function typed({ lon, lat, accuracy }) {
  const position = { lon: Number(lon), lat: Number(lat), accuracy_m: Number(accuracy) };
  const empty = [lon, lat, accuracy].some((text) => !String(text).trim());
  const there = Math.abs(position.lon) <= 180 && Math.abs(position.lat) <= 90;
  const near = position.accuracy_m >= 0 && position.accuracy_m <= COARSEST_M;
  if (empty || !there || !near) throw new Sentence(word("position-wrong"));
  return { ...position, source: "typed", at: new Date().toISOString() };
}

/** No device is there: an answer that stands for none. */
export const impossible = ({ lon, lat }) => lon === 0 && lat === 0;

/** What is doubtful about a position, in sentences; "" where nothing is. */
export function doubt(position, coarse) {
  const { accuracy_m, source } = position;
  return [
    impossible(position) && word("doubt-zero"),
    source === "device" && accuracy_m === 0 && word("doubt-mock"),
    accuracy_m > coarse && word("doubt-coarse", { accuracy: Math.round(accuracy_m) }),
  ]
    .filter(Boolean)
    .join("");
}
