/** What waits to be sent: how many, how old, what stopped each; and the ways out. */

import * as db from "../db.js";
import { filled, on, piece, slot, toggle } from "../dom.js";
import { rescueFiles, stopped, waiting } from "../queue.js";
import { ago, clock } from "../times.js";
import { word } from "../../words.js";

/** `sending(uuid)` sends and shows the outcome. */
export async function queue(sending) {
  const page = piece("queue");
  on(page, "send", () => sending());
  on(page, "export", () => exported(page));
  await showQueue(page, sending);
  return page;
}

/** The rows anew, after each record that was sent or refused. */
export async function showQueue(page, sending) {
  const rows = await waiting();
  const sent = (await db.records()).filter(({ state }) => state === "sent");
  filled(page, { summary: rows.length ? word("queue-summary", { n: rows.length, ago: ago(rows[0].finished_at) }) : word("queue-empty") });
  filled(page, { stopped });
  toggle(page, "stopped", rows.length && stopped);
  toggle(page, "ways", rows.length);
  slot(page, "rows").replaceChildren(...(await Promise.all(rows.map((row) => waitingRow(row, sending)))));
  toggle(page, "sent-title", sent.length);
  slot(page, "sent").replaceChildren(...sent.map(sentRow));
}

async function waitingRow(row, sending) {
  const photos = await db.photos(row.uuid);
  const made = piece("waiting", {
    title: row.title,
    age: word("finished", { ago: ago(row.finished_at), n: photos.length }),
    left: word("left", { n: row.left }),
    error: row.error,
    tried: row.tried_at ? word("tried", { ago: ago(row.tried_at) }) : "",
  });
  made.dataset.uuid = row.uuid;
  toggle(made, "left", row.left);
  toggle(made, "error", row.error);
  on(made, "retry", () => sending(row.uuid));
  on(made, "delete", () => deleted(row));
  return made;
}

function sentRow({ title, sent_at, remarks }) {
  const made = piece("sent", { title, at: word("arrived", { at: clock(sent_at) }) });
  slot(made, "remarks").replaceChildren(
    ...(remarks ?? []).map((said) => Object.assign(document.createElement("li"), { textContent: said })),
  );
  return made;
}

async function deleted({ uuid, title }) {
  if (!confirm(word("delete-waiting", { title }))) return;
  await db.dropRecord(uuid);
  dispatchEvent(new Event("queue"));
}

/** Hand the files to the browser. Their addresses stay good, since some browsers read them only after a question. */
async function exported(page) {
  const files = await rescueFiles();
  for (const file of files) {
    Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name }).click();
  }
  filled(page, { exported: word("exported", { n: files.length }) });
}
