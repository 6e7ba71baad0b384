/** What is on the device: plans taken along, drafts; and what could be taken along. */

import * as db from "../db.js";
import { attempt, filled, on, piece, slot, toggle } from "../dom.js";
import { ask, SignedOut } from "../server.js";
import { ago, clock, off } from "../times.js";
import { word } from "../../words.js";

export async function home() {
  const page = piece("home");
  const kept = await db.plans();
  showKept(page, kept);
  showDrafts(page, await db.records());
  toggle(page, "ios", /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone);
  on(page, "look", () => look(page, kept));
  if (navigator.onLine) attempt(() => look(page, kept));
  return page;
}

function showKept(page, kept) {
  toggle(page, "none-kept", !kept.length);
  slot(page, "kept").replaceChildren(...kept.map(keptPlan));
}

function keptPlan({ number, taken_at, bundle }) {
  const made = piece("kept-plan", {
    title: bundle.plan.title,
    facts: word("plan-facts", { ...bundle.plan, n: bundle.tasks.length }),
    age: word("taken", { ago: ago(taken_at), at: clock(taken_at) }),
  });
  made.querySelector("a").href = `#/plans/${encodeURIComponent(number)}`;
  toggle(made, "old", Date.now() > Date.parse(bundle.valid_until));
  return made;
}

function showDrafts(page, records) {
  const drafts = records.filter(({ state }) => state === "draft");
  toggle(page, "drafts-title", drafts.length);
  slot(page, "drafts").replaceChildren(
    ...drafts.map(({ uuid, title, started_at, step }) => {
      const made = piece("draft", { title, age: word("begun", { ago: ago(started_at) }) });
      made.querySelector("a").href = `#/records/${uuid}/${step ?? "position"}`;
      return made;
    }),
  );
}

/** Ask the register for the plans of whoever is signed in. */
async function look(page, kept) {
  let answer;
  try {
    answer = await ask("/field/plans.json");
  } catch (error) {
    toggle(page, "sign-in", error instanceof SignedOut);
    const stranger = error instanceof SignedOut && !kept.length;
    filled(page, { "plans-said": stranger ? word("sign-in-first") : error.message });
    return;
  }
  toggle(page, "sign-in", false);
  filled(page, { clock: off(answer.server_at) });
  toggle(page, "clock", off(answer.server_at));
  filled(page, { "plans-said": answer.plans.length ? word("signed-in", answer.me) : word("no-plans", answer.me) });
  slot(page, "plans").replaceChildren(...answer.plans.map((plan) => offered(plan, kept)));
}

function offered(plan, kept) {
  const made = piece("plan", { title: plan.title, facts: word("plan-facts", { ...plan, n: plan.tasks }) });
  const known = kept.some(({ number }) => number === plan.number);
  made.querySelector("button").textContent = word(known ? "take-again" : "take");
  on(made, "take", (button) => takeAlong(plan.number, button));
  return made;
}

/** Store a plan, and ask the browser not to throw it away. */
async function takeAlong(number, button) {
  button.disabled = true;
  try {
    const bundle = await ask(`/field/plans/${encodeURIComponent(number)}/bundle.json`);
    await keepBegun(number, bundle);
    await db.keepPlan({ number, taken_at: new Date().toISOString(), bundle });
    const lasting = (await navigator.storage?.persist?.()) ?? false;
    sessionStorage.setItem("said", word(lasting ? "taken-lasting" : "taken-not-lasting", { n: bundle.tasks.length }));
    location.hash = `#/plans/${encodeURIComponent(number)}`;
  } finally {
    button.disabled = false;
  }
}

/** Tasks that the register no longer gives out stay where a record of them is being written. */
async function keepBegun(number, bundle) {
  const former = await db.plan(number);
  if (!former) return;
  const begun = new Set((await db.records()).filter(({ state }) => state === "draft").map(({ task }) => task));
  const given = new Set(bundle.tasks.map(({ uuid }) => uuid));
  const kept = former.bundle.tasks.filter(({ uuid }) => begun.has(uuid) && !given.has(uuid));
  const keys = new Set(bundle.areas.map(({ key }) => key));
  bundle.tasks.push(...kept);
  for (const { clauses } of kept) bundle.clauses[clauses] ??= former.bundle.clauses[clauses];
  bundle.areas.push(...former.bundle.areas.filter(({ key }) => !keys.has(key) && kept.some(({ area }) => area === key)));
}
