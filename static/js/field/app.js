/** The field app: shows the page that the address names, sends what waits whenever there is a network. */

import { attempt, piece } from "./dom.js";
import { quiet, send, waiting } from "./queue.js";
import { ago, DAY } from "./times.js";
import { home } from "./pages/home.js";
import { plan } from "./pages/plan.js";
import { queue, showQueue } from "./pages/queue.js";
import { record } from "./pages/record.js";
import { task } from "./pages/task.js";
import { word } from "../words.js";

const EVERY_MS = 60_000;
const OLD_MS = 3 * DAY;
const PAGES = { plans: plan, tasks: task, records: record, queue: () => queue(sendNow) };

const app = document.querySelector("[data-app]");
const place = app.querySelector("[data-page]");
const bar = document.querySelector("[data-queue]");
const net = document.querySelector("[data-net]");

// --- Pages -----------------------------------------------------------------------------------------------------------

let turn = 0;

async function show() {
  const mine = ++turn;
  const [name, ...rest] = location.hash.slice(2).split("/").map(decodeURIComponent);
  await attempt(async () => {
    try {
      const page = await (PAGES[name] ?? home)(...rest);
      if (mine === turn) put(page, name || "home"); // else somebody has gone on meanwhile
    } catch (error) {
      if (mine === turn) put(piece("lost"), "lost"); // never the page of before, under another address
      throw error;
    }
  });
}

function put(page, name) {
  place.replaceChildren(page);
  place.dataset.page = name;
  scrollTo(0, 0);
  place.querySelector("h1")?.focus();
}

// --- Queue -----------------------------------------------------------------------------------------------------------

async function showBar() {
  const rows = await waiting();
  bar.textContent = rows.length ? word("bar-waiting", { n: rows.length }) : word("bar-empty");
  bar.dataset.count = rows.length;
  const old = rows.length > 0 && Date.now() - Date.parse(rows[0].finished_at) > OLD_MS;
  app.querySelector("[data-old]").hidden = !old;
  if (old) app.querySelector("[data-old]").textContent = word("queue-old", { ago: ago(rows[0].finished_at) });
  if (place.dataset.page === "queue") await showQueue(place.firstElementChild, sendNow);
}

/** Send, and say how it went. */
async function sendNow(uuid = null) {
  bar.dataset.sending = "yes";
  const outcome = await send(showBar, uuid);
  if (outcome === "busy") await quiet();
  bar.dataset.sending = "no";
  bar.dataset.outcome = outcome;
  app.querySelector("[data-signed-out]").hidden = outcome !== "signed-out";
  await showBar();
}

function showNet() {
  net.textContent = word(navigator.onLine ? "net-on" : "net-off");
  net.dataset.net = navigator.onLine ? "on" : "off";
}

addEventListener("hashchange", show);
addEventListener("queue", () => sendNow());
addEventListener("online", () => {
  showNet();
  if (place.dataset.page === "home") show();
  sendNow();
});
addEventListener("offline", showNet);
setInterval(sendNow, EVERY_MS);

navigator.serviceWorker?.register(app.dataset.worker, { scope: app.dataset.scope });
showNet();
await show();
await showBar();
if (navigator.onLine) await sendNow();
