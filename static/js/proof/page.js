/** The pages under /v/: verify the token in the address, with no network too, and say separately what was found. */

import { word } from "../words.js";
import { readList, statusOf } from "./statuses.js";
import { verify } from "./token.js";

const SIGN = { yes: "✓", no: "✗", unknown: "?" };
const UNKNOWN = /^(no_(keys|crypto|token)|unlisted|pending)$/;
const HOUR = 3600;
const DAY = 24 * HOUR;
const RECORD = /^\/v\/([^/]+)$/;

const section = document.querySelector("[data-proof]");
const standing = document.querySelector("h1[data-standing]"); // the record's, with a sign that is seen at a glance
const doubted = document.querySelector("[data-doubted]"); // the heading in its place while the code in hand is not genuine
const producer = document.querySelector("[data-producer]")?.dataset.producer; // as the register names it today
const kept = document.querySelector("[data-frame]"); // the frame in place of a record: there was no network
const code = RECORD.exec(location.pathname)?.[1].replace(/[^\da-z]/gi, "").toUpperCase();

// A phone keeps what it needs at the first visit. Without TLS a browser has neither workers nor WebCrypto.
navigator.serviceWorker?.register(section.dataset.worker, { scope: section.dataset.form });

function showOffline() {
  kept.querySelector("[data-frame-title]").textContent = word("offline-title");
  kept.querySelector("[data-frame-lead]").textContent = word("offline-lead");
  kept.querySelector("[data-frame-form]").remove();
}

async function judge() {
  const token = location.hash.slice(1);
  section.hidden = !token && !kept;
  doubt(Boolean(token));
  delete section.dataset.judgement;
  if (!token) return kept ? show({ judgement: "no_token" }) : undefined;
  say("pending");
  const now = Date.now() / 1000;
  const found = await look(token, now);
  show(found, now);
  offerToAsk(token, found.judgement);
}

/** Whoever holds a forged code must not take the sign of the record for its sign. */
function doubt(yes) {
  if (!doubted) return;
  standing.hidden = yes;
  doubted.hidden = !yes;
}

/** The judgement, with claims and list where there are any. */
async function look(token, now) {
  if (!crypto.subtle) return { judgement: "no_crypto" };
  const { keys: keysAt, statuses: listAt } = section.dataset;
  const [keys, list] = await Promise.all([fetched(keysAt).then(keysIn), fetched(listAt)]);
  if (!keys?.length) return { judgement: "no_keys" };
  try {
    return await listed(await verify(token, { keys, code, now }), list, keys, now);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return { judgement: "no_crypto" };
  }
}

/** Nothing is thrown: without a network and without a kept copy there is null. */
async function fetched(address) {
  try {
    const answer = await fetch(address, { cache: "no-cache" });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** The keys of a jwks.json; null where it is something else, such as the page of a network that wants one to sign in. */
function keysIn(text) {
  try {
    return JSON.parse(text)?.keys ?? null;
  } catch {
    return null;
  }
}

/** What is genuine today is looked up in the list; what is not stays what it is. */
async function listed(found, text, keys, now) {
  const list = text ? await readList(text, keys) : null;
  if (found.judgement !== "genuine") return { ...found, list };
  const status = statusOf(found.claims, list, now);
  return { ...found, list, judgement: { valid: "genuine", unknown: "unlisted" }[status] ?? status };
}

// --- What is said ----------------------------------------------------------------------------------------------------

const LINES = {
  record({ judgement, claims }) {
    if (judgement === "other_code") return ["no", word("record-other", { code: grouped(claims.sub) })];
    if (claims) return ["yes", word("record-yes")];
    return judgement.startsWith("no_") ? ["unknown", word("record-unknown")] : ["no", word("record-no")];
  },
  day({ judgement, claims }, now) {
    if (!claims || judgement === "other_code") return null;
    const days = { day: dayOf(now), from: dayOf(claims.nbf), until: dayOf(claims.exp) };
    if (judgement === "genuine") return ["yes", word("day-yes", days)];
    return [judgement === "unlisted" ? "unknown" : "no", word(`day-${judgement}`, days)];
  },
  product({ judgement, claims }) {
    return claims && judgement !== "other_code" ? ["unknown", word("product-only", claims)] : null;
  },
  list({ list }, now) {
    if (!list) return ["unknown", word("list-none")];
    const age = Math.max(0, now - list.at);
    if (now >= list.until) return ["no", word("list-old", { day: dayOf(list.at) })];
    if (age >= DAY) return ["unknown", word("list-days", { n: Math.floor(age / DAY) })];
    if (age >= HOUR) return ["yes", word("list-hours", { n: Math.floor(age / HOUR) })];
    return ["yes", word("list-minutes", { n: Math.ceil(age / 60) })];
  },
};

/** Each question in a line of its own: what does not follow from the others is said apart. */
function show(found, now) {
  section.dataset.judgement = found.judgement;
  say(found.judgement, found.claims && grouped(found.claims.sub));
  doubt(Boolean(location.hash.slice(1)) && found.judgement !== "genuine");
  leadTo(found);
  tellName(found);
  for (const [name, say] of Object.entries(LINES)) {
    const [tone, text] = (now && say(found, now)) || ["unknown", word("not-judged")];
    const line = section.querySelector(`[data-line="${name}"]`);
    line.dataset.tone = tone;
    line.querySelector(".check-sign").textContent = SIGN[tone];
    line.querySelector(".check-said").textContent = text;
  }
  showClaims(kept && found.claims);
  section.hidden = false;
}

function say(judgement, code) {
  section.querySelector("[data-said]").textContent = word(`judgement-${judgement}`, { code });
  section.querySelector("[data-sign]").textContent = SIGN[judgement === "genuine" ? "yes" : UNKNOWN.test(judgement) ? "unknown" : "no"];
}

/** A genuine code that was put on another's page: to its own. */
function leadTo({ judgement, claims }) {
  const other = section.querySelector("[data-other]");
  other.hidden = judgement !== "other_code";
  if (other.hidden) return;
  const link = other.querySelector("a");
  link.href = `${section.dataset.form}${encodeURIComponent(claims.sub)}${location.hash}`;
  link.textContent = word("other-record", { code: grouped(claims.sub) });
}

/** A token goes on holding after a change of name, and with it the packages on which the old name stands. */
function tellName({ judgement, claims }) {
  const line = section.querySelector("[data-renamed]");
  line.hidden = !claims || !producer || judgement === "other_code" || claims.name === producer;
  if (!line.hidden) line.textContent = word("renamed", { name: claims.name, now: producer });
}

/** A code as people read it out. */
function grouped(code) {
  return code.replace(/(...)(?=.)/g, "$1-");
}

/** Without the register's record, what the token itself says, where it is ours. */
function showClaims(claims) {
  const list = section.querySelector("[data-claims]");
  list.hidden = !claims;
  const said = claims ? { ...claims, basis: word(`basis-${claims.basis}`), sub: grouped(claims.sub) } : {};
  const rows = ["name", "uscc", "product", "basis", "number", "sub"].filter((name) => said[name]);
  list.replaceChildren(...rows.flatMap((name) => [element("dt", word(`claim-${name}`)), element("dd", said[name])]));
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

/** A browser without Ed25519 can have the register verify. */
function offerToAsk(token, judgement) {
  const form = section.querySelector("[data-ask]");
  form.hidden = judgement !== "no_crypto";
  form.elements.content.value = token;
}

/** The legal day of an instant in seconds, as people write it in China. */
function dayOf(seconds) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(seconds * 1000));
}

if (code && kept) showOffline();
if (code && !kept) section.parentElement.prepend(section); // what is known of the code in hand, before the record
if (code) {
  await judge();
  addEventListener("hashchange", judge);
}
