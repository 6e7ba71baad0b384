/** Questions to the register. Whatever it refuses becomes a Sentence for the reader; nothing is dropped for that. */

import { Sentence } from "../ask.js";
import { word } from "../words.js";

/** Nobody is signed in any more: everything waits until somebody is. */
export class SignedOut extends Sentence {}

/** No network, or a server that does not answer. */
export class Unreachable extends Sentence {}

const PATIENCE_MS = 60_000;
const AWAY = [502, 503, 504]; // what stands before the server answers so while it is not there

/** The JSON that the register answers to `address`. Throws SignedOut, Unreachable or a Sentence with its `answer`. */
export async function ask(address, options = {}) {
  const response = await reached(address, options);
  const answer = await response.json().catch(() => null);
  if (response.status === 401) throw new SignedOut(answer?.detail ?? word("signed-out"));
  if (AWAY.includes(response.status)) throw new Unreachable(answer?.detail ?? word("failed"));
  if (response.status >= 500) throw new Sentence(word("broken"));
  if (!response.ok) throw refusal(answer, response.status);
  if (!answer) throw new Unreachable(word("failed"));
  return answer;
}

async function reached(address, options) {
  try {
    return await fetch(address, {
      ...options,
      cache: "no-store",
      headers: { Accept: "application/json", ...options.headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Unreachable(word("offline"));
  }
}

function refusal(answer, status) {
  return Object.assign(new Sentence(answer?.detail ?? word("refused", { status })), { status, answer });
}

/** What a sender says with everything that it sends: the token against forged requests, and its own clock. */
export function heads(token) {
  return { "X-CSRFToken": token, "X-Device-Time": new Date().toISOString() };
}
