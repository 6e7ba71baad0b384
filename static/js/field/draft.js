/** A record while it is written: begun, saved at every change, looked over, finished. */

import * as db from "./db.js";
import { sha256 } from "./photo.js";
import { impossible } from "./position.js";
import { judged } from "./verdict.js";
import { word } from "../words.js";
import { Sentence } from "../ask.js";

const MOST_DAYS = 365;

/** A task of what was taken along. Throws a Sentence where it is not among it. */
export function taskOf(bundle, uuid) {
  const found = bundle.tasks.find((task) => task.uuid === uuid);
  if (!found) throw new Sentence(word("no-task"));
  return found;
}

/** Begin a record of a task; `original` is the one that it corrects. */
export async function begin(bundle, task, original = null) {
  const uuid = crypto.randomUUID();
  const now = new Date().toISOString();
  const row = {
    uuid,
    plan: bundle.plan.number,
    task: task.uuid,
    title: `${task.target.name} · ${task.target.product}`,
    state: "draft",
    started_at: now,
    body: { ...(original?.text ? repeated(original.text) : blank(bundle)), uuid, task: task.uuid, by: bundle.me.username },
  };
  row.body.corrects = original?.uuid ?? null;
  if (original) row.corrects_at = original.finished_at ?? "";
  const photos = original ? (await db.photos(original.uuid)).filter(({ kind }) => kind !== "signature") : [];
  await db.keepAll({ ...row, saved_at: now }, photos.map((photo) => ({ ...photo, record: uuid })));
  return row;
}

function blank(bundle) {
  return {
    position: null,
    site: null,
    verdict: null,
    findings: bundle.items.map(({ number }) => ({ item: number, result: "", clause: "", note: "" })),
    mark_use: { printed: null, used: null, stock: null, note: "" },
    samples: [],
    photos: [],
    signatures: { inspectors: [], party: null, refusal: "" },
    outcome: "",
    days: null,
    demand: "",
    note: "",
  };
}

/** What is said again in a correction; whoever stands for it signs anew. */
function repeated(text) {
  const body = JSON.parse(text);
  const photos = body.photos.filter(({ kind }) => kind !== "signature");
  return { ...body, device_at: undefined, photos, signatures: { inspectors: [], party: null, refusal: "" } };
}

/** A picture as a record declares it. */
function named({ sha256, bytes, taken_at }, { kind, item = null }) {
  return { sha256, bytes: bytes.byteLength, kind, item, taken_at };
}

/** The open record as pages and steps use it: what it is about, and how each change reaches the disk. */
export class Draft {
  /** `told(saving)` is given the promise of each change on its way to the disk. */
  constructor(row, bundle, told = (saving) => saving) {
    this.row = row;
    this.told = told;
    this.bundle = bundle;
    this.task = taskOf(bundle, row.task);
    this.clauses = bundle.clauses[this.task.clauses];
    this.area = bundle.areas.find(({ key }) => key === this.task.area) ?? null;
  }

  get body() {
    return this.row.body;
  }

  save() {
    this.row.saved_at = new Date().toISOString();
    return this.told(db.keepRecord(this.row));
  }

  /** Add a photo that `photo.prepared` or a signature made; the same bytes twice are one file that is named twice. */
  add(photo, { kind, item = null }) {
    this.body.photos.push(named(photo, { kind, item }));
    return this.told(db.keepAll(this.row, [{ record: this.row.uuid, kind, ...photo }]));
  }

  /** Take a photo out; its bytes stay while another place names them. */
  remove(named) {
    this.body.photos.splice(this.body.photos.indexOf(named), 1);
    const still = this.body.photos.some(({ sha256 }) => sha256 === named.sha256);
    return this.told(db.keepAll(this.row, [], still ? [] : [named.sha256]));
  }

  /** Put one signature in the place of another, in one go; either may be none. The answer is how the record names it. */
  async replace(former, picture) {
    const { photos } = this.body;
    if (former) photos.splice(photos.indexOf(former), 1);
    if (picture) photos.push(named(picture, { kind: "signature" }));
    const current = picture ? photos.at(-1) : null;
    const gone = former && !photos.some(({ sha256 }) => sha256 === former.sha256) ? [former.sha256] : [];
    const rows = picture ? [{ record: this.row.uuid, kind: "signature", ...picture }] : [];
    await this.told(db.keepAll(this.row, rows, gone));
    return current;
  }

  /** The verdict on the position, by the area that was taken along. */
  judge() {
    const { position } = this.body;
    const found = position && this.area && !impossible(position) ? judged(position, this.area) : null;
    this.body.verdict = found && { verdict: found.verdict, distance_m: found.distance_m };
    return found;
  }

  /** How many photos there are, without the signatures. */
  photographed() {
    return this.body.photos.filter(({ kind }) => kind !== "signature").length;
  }

  failing() {
    return this.body.findings.filter(({ result }) => result === "fail");
  }

  /** What is missing or contradicts itself: [step, sentence]. */
  problems() {
    const { body } = this;
    const open = body.findings.filter(({ result }) => !result);
    const bare = this.failing().filter(({ note }) => !note.trim());
    const { inspectors, party, refusal } = body.signatures;
    return [
      open.length && ["items", word("problem-items", { n: open.length })],
      bare.length && ["items", word("problem-notes", { n: bare.length })],
      Object.values(body.mark_use).some((count) => count < 0) && ["marks", word("problem-counts")],
      !body.outcome && ["outcome", word("problem-outcome")],
      body.outcome === "pass" && this.failing().length && ["outcome", word("problem-pass", { n: this.failing().length })],
      body.outcome === "rectify" && !(body.days > 0 && body.days <= MOST_DAYS) && ["outcome", word("problem-days", { n: MOST_DAYS })],
      body.outcome === "rectify" && !body.demand.trim() && ["outcome", word("problem-demand")],
      inspectors.length < 2 && ["signatures", word("problem-inspectors", { n: 2 - inspectors.length })],
      !party && !refusal.trim() && ["signatures", word("problem-party")],
      party && !party.name.trim() && ["signatures", word("problem-party-name")],
    ].filter(Boolean);
  }

  /** From now on these bytes are the record; a mistake is corrected by another one. */
  async finish() {
    const now = new Date().toISOString();
    const { body, ...rest } = this.row;
    const text = JSON.stringify({ ...body, device_at: now });
    const digest = await sha256(new TextEncoder().encode(text));
    await db.keepRecord({ ...rest, state: "waiting", finished_at: now, text, sha256: digest, error: "", tried_at: null });
  }
}
