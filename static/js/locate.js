/** Where the reader is: lon, lat and accuracy in metres; refusals as Chinese sentences. */

import { Sentence } from "./ask.js";
import { word } from "./words.js";

const WAIT = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 };
const REASONS = { 1: "locate-denied", 2: "locate-unavailable", 3: "locate-timeout" };

export function locate() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject(new Sentence(word("locate-missing")));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy: Math.ceil(coords.accuracy) }),
      (error) => reject(new Sentence(word(REASONS[error.code] ?? "locate-unavailable"))),
      WAIT,
    );
  });
}
