/** One task: who is inspected, whether they may use the mark, where, and what was found last time. */

import * as db from "../db.js";
import { begin, taskOf } from "../draft.js";
import { on, piece, slot, toggle } from "../dom.js";
import { clock } from "../times.js";
import { word } from "../../words.js";
import { bundleOf, standingOf } from "./plan.js";

export async function task(number, uuid) {
  const { bundle } = await bundleOf(number);
  const task = taskOf(bundle, uuid);
  const { target } = task;
  const page = piece("task", {
    title: target.name,
    product: target.product,
    uscc: target.uscc || "—",
    address: target.address || "—",
    inspectors: task.inspectors.map(({ name }) => name).join("、"),
  });
  showAuthorisation(page, task);
  showArea(page, bundle.areas.find(({ key }) => key === task.area));
  slot(page, "sites").replaceChildren(...task.sites.map((site) => piece("site", { name: site.name, address: site.address })));
  toggle(page, "no-sites", !task.sites.length);
  toggle(page, "last-title", task.last);
  if (task.last) slot(page, "last").append(before(bundle, task.last));
  await showRecords(page, bundle, task);
  on(page, "begin", async () => write(await begin(bundle, task)));
  return page;
}

function showAuthorisation(page, task) {
  const { authorisation } = task;
  const standing = slot(page, "standing");
  standing.dataset.can = authorisation?.standing === "valid" ? "yes" : "no";
  standing.textContent = standingOf(task);
  toggle(page, "authorisation-title", authorisation);
  const rows = ["code", "basis_label", "announcement", "trademark_number", "standard_number", "valid_from", "valid_until"];
  slot(page, "authorisation").append(
    ...rows
      .filter((name) => authorisation?.[name])
      .flatMap((name) => [element("dt", word(`authorisation-${name}`)), element("dd", authorisation[name])]),
  );
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

function showArea(page, area) {
  const said = area ? word("area-basis", area) : word("area-none");
  slot(page, "area").textContent = area?.schematic ? said + word("area-schematic") : said;
}

function before(bundle, { on: day, outcome_label, findings }) {
  const made = piece("last", { day, outcome: outcome_label });
  const failed = findings.filter(({ result }) => result === "fail");
  slot(made, "findings").replaceChildren(
    ...failed.map(({ item, note }) => element("li", `${bundle.items.find(({ number }) => number === item)?.label}：${note}`)),
  );
  return made;
}

/** Those on the device, and those that the register had when the plan was taken along. */
async function showRecords(page, bundle, task) {
  const here = (await db.records()).filter((row) => row.task === task.uuid);
  const elsewhere = task.records.filter(({ uuid }) => !here.some((row) => row.uuid === uuid));
  const rows = [...here, ...elsewhere.map((row) => ({ ...row, state: "sent" }))];
  const corrected = new Set(rows.map(correctedBy));
  slot(page, "records").replaceChildren(...rows.map((row) => ours(bundle, task, row, corrected.has(row.uuid))));
  toggle(page, "records-title", rows.length);
  const begun = here.find(({ state }) => state === "draft");
  toggle(page, "begin", !begun);
  toggle(page, "go-on", begun);
  on(page, "go-on", () => write(begun));
}

/** The record that this one corrects. */
function correctedBy({ text, body, corrects }) {
  return (text ? JSON.parse(text) : body)?.corrects ?? corrects;
}

function ours(bundle, task, row, corrected) {
  const at = row.finished_at ?? row.started_at;
  const state = word(corrected ? "record-corrected" : `record-${row.state}`);
  const made = piece("record-line", { at: at ? clock(at) : word("record-elsewhere"), state });
  toggle(made, "open", row.state === "draft");
  toggle(made, "correct", row.state !== "draft" && !corrected);
  on(made, "open", () => write(row));
  on(made, "correct", async () => write(await begin(bundle, task, row)));
  return made;
}

function write({ uuid, step }) {
  location.hash = `#/records/${uuid}/${step ?? "position"}`;
}
