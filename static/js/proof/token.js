/**
 * What a signed token is worth, judged as `gi_registry/marks/tokens.py` judges it; both are tested with the same tokens.
 * A token is a compact JWS (RFC 7515) with Ed25519 (RFC 9864).
 */

const ALGORITHM = "Ed25519";
const TYPE = "gi+jwt";
const LONGEST = 2000;
const CLAIMS = { sub: "string", name: "string", uscc: "string", product: "string", basis: "string", number: "string", nbf: "number", exp: "number" };

/** Bytes of base64url, written in the one way there is to write them. Throws where it is not. */
export function bytesOf(text) {
  if (!/^[\w-]*$/.test(text)) throw new SyntaxError("no base64url");
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const again = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (again !== text) throw new SyntaxError("no base64url");
  return bytes;
}

/** A JSON object in base64url; null where it is none. */
export function objectIn(text) {
  try {
    const held = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(text)));
    return held && typeof held === "object" && !Array.isArray(held) ? held : null;
  } catch {
    return null;
  }
}

/** Whether the public key signed head and body of a JWS. Throws NotSupportedError where the browser has no Ed25519. */
export async function isSignedBy(key, [head, body, signature]) {
  const { kty, crv, x } = key;
  const known = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: ALGORITHM }, false, ["verify"]);
  let bytes;
  try {
    bytes = bytesOf(signature);
  } catch {
    return false;
  }
  return crypto.subtle.verify({ name: ALGORITHM }, known, bytes, new TextEncoder().encode(`${head}.${body}`));
}

/**
 * The judgement on `text` and, where the register signed them, its claims. `keys` are those of jwks.json, `code` that of
 * the page, `now` in seconds. Whether it was revoked since stands in the list of revocations (`statuses.js`).
 */
export async function verify(text, { keys, code, now }) {
  if (text.length > LONGEST) return { judgement: "too_long" };
  const parts = text.split(".");
  const head = parts.length === 3 ? objectIn(parts[0]) : null;
  if (!head) return { judgement: "broken" };
  if (head.alg !== ALGORITHM) return { judgement: "other_algorithm" };
  if (head.typ !== TYPE) return { judgement: "broken" };
  const key = keys.find(({ kid }) => kid === head.kid);
  if (!key) return { judgement: "unknown_key" };
  if (!(await isSignedBy(key, parts))) return { judgement: "changed" };
  const claims = objectIn(parts[1]);
  if (!claims || !complete(claims)) return { judgement: "broken" };
  return { judgement: judged(claims, code, now), claims, kid: key.kid };
}

function complete(claims) {
  const place = claims.status?.status_list;
  const whole = Object.entries(CLAIMS).every(([name, kind]) => typeof claims[name] === kind);
  return whole && Number.isInteger(place?.idx) && typeof place.uri === "string";
}

function judged(claims, code, now) {
  if (claims.sub !== code) return "other_code";
  if (now < claims.nbf) return "not_yet";
  return now >= claims.exp ? "expired" : "genuine";
}
