/** The tasks of a plan that was taken along. */

import * as db from "../db.js";
import { on, piece, slot, toggle } from "../dom.js";
import { ago, clock } from "../times.js";
import { word } from "../../words.js";
import { Sentence } from "../../ask.js";

/** What may be said of the use of the mark. */
export function standingOf({ authorisation }) {
  if (!authorisation) return word("no-authorisation");
  return word("mark-standing", { said: authorisation.standing_label || authorisation.state_label });
}

/** The bundle of a plan. Throws a Sentence where it is not on this device. */
export async function bundleOf(number) {
  const kept = await db.plan(number);
  if (!kept) throw new Sentence(word("not-taken", { number }));
  return kept;
}

export async function plan(number) {
  const { bundle, taken_at } = await bundleOf(number);
  const records = await db.records();
  const page = piece("plan-page", {
    title: bundle.plan.title,
    facts: word("plan-facts", { ...bundle.plan, n: bundle.tasks.length }),
    age: word("taken", { ago: ago(taken_at), at: clock(taken_at) }),
    said: sessionStorage.getItem("said"),
  });
  toggle(page, "said", sessionStorage.getItem("said"));
  sessionStorage.removeItem("said");
  toggle(page, "old", Date.now() > Date.parse(bundle.valid_until));
  slot(page, "tasks").replaceChildren(...bundle.tasks.map((task) => line(number, task, records)));
  on(page, "drop", () => drop(bundle.plan));
  return page;
}

function line(number, task, records) {
  const made = piece("task-line", {
    title: task.target.name,
    product: task.target.product,
    standing: standingOf(task),
    progress: word(`progress-${progress(task, records)}`),
  });
  made.querySelector("a").href = `#/tasks/${encodeURIComponent(number)}/${task.uuid}`;
  slot(made, "standing").dataset.can = task.authorisation?.standing === "valid" ? "yes" : "no";
  return made;
}

/** How far a task is: what is on the device, else what the register had when it was taken along. */
function progress(task, records) {
  const states = records.filter((row) => row.task === task.uuid).map(({ state }) => state);
  return ["draft", "waiting", "sent"].find((state) => states.includes(state)) ?? (task.records.length ? "sent" : "none");
}

/** What was taken along leaves the device; records that have not arrived stay. */
async function drop({ number, title }) {
  const begun = (await db.records()).filter(({ plan, state }) => plan === number && state === "draft");
  if (begun.length) throw new Sentence(word("plan-begun", { n: begun.length }));
  if (!confirm(word("drop-plan", { title }))) return;
  await db.dropPlan(number);
  location.hash = "#/";
}
