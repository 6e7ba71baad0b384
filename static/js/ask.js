/** Questions to our own server. A refusal or a failure becomes a `Sentence` that can be shown as it is. */

import { word } from "./words.js";

/** An error whose message is a Chinese sentence for the reader. */
export class Sentence extends Error {}

/** The answer to `address`; throws a Sentence, or AbortError where `signal` ended the question. */
async function answer(address, signal, accept) {
  try {
    return await fetch(address, { signal, headers: { Accept: accept } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Sentence(word("offline"));
  }
}

/** JSON from `address`; a problem+json answer throws its `detail`. */
export async function askJson(address, signal) {
  const response = await answer(address, signal, "application/json");
  let content = null;
  try {
    content = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (!response.ok || !content) throw new Sentence(content?.detail ?? word("failed"));
  return content;
}

/** A piece of HTML from `address`; a refusal page throws its sentence. */
export async function askHtml(address, signal) {
  const response = await answer(address, signal, "text/html");
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new Sentence(parsed.querySelector("[role=alert]")?.textContent ?? word("failed"));
  return parsed.body;
}
