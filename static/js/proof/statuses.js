/** The list of revocations: a Token Status List (IETF) signed by the register, as JWT. */

import { bytesOf, isSignedBy, objectIn } from "./token.js";

const TYPE = "statuslist+jwt";
const MEANING = ["valid", "revoked", "suspended"];

/** The list in `text`, signed by one of the keys; null where it is not ours. */
export async function readList(text, keys) {
  const parts = text.split(".");
  const head = parts.length === 3 ? objectIn(parts[0]) : null;
  const key = keys.find(({ kid }) => kid === head?.kid);
  if (head?.alg !== "Ed25519" || head.typ !== TYPE || !key || !(await isSignedBy(key, parts))) return null;
  const { iat, exp, sub, status_list: list } = objectIn(parts[1]) ?? {};
  if (!list || list.bits !== 2) return null;
  return { at: iat, until: exp, path: new URL(sub).pathname, bytes: await inflated(bytesOf(list.lst)) };
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What the list says of the token with these claims: valid, revoked, suspended; unknown where it says nothing of it. */
export function statusOf(claims, list, now) {
  const { idx, uri } = claims.status.status_list;
  if (!list || now >= list.until || new URL(uri).pathname !== list.path || idx >= list.bytes.length * 4) return "unknown";
  return MEANING[(list.bytes[idx >> 2] >> ((idx & 3) * 2)) & 3] ?? "unknown";
}
