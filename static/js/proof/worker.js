/**
 * The service worker of /v/: keeps the frame, the keys and the list of revocations, so that a code is verified without a
 * network. It asks the register first, always, and touches nothing but GET. `self.KEPT` names what is kept, frame first.
 */

const CACHE = "proof";
const RECORD = /^\/v\/[^/.]*$/; // a code or the frame itself; certificates are only shown with a network
const PATIENCE_MS = 8000;
const [FRAME] = self.KEPT;
const KEPT = new Set(self.KEPT);

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (RECORD.test(pathname)) event.respondWith(recordOrFrame(request));
  } else if (KEPT.has(pathname)) {
    event.respondWith(freshOrKept(request, pathname));
  }
});

/** Each for itself: without a key there is no list yet, and the rest is worth keeping all the same. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  await Promise.all(self.KEPT.map((address) => cache.add(new Request(address, { cache: "no-cache", credentials: "omit" })).catch(() => {})));
}

async function dropOthers() {
  const cache = await caches.open(CACHE);
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !KEPT.has(new URL(url).pathname)).map((request) => cache.delete(request)));
}

async function recordOrFrame(request) {
  try {
    return await soon(fetch(request));
  } catch {
    return (await caches.match(FRAME)) ?? Response.error();
  }
}

async function freshOrKept(request, pathname) {
  const answer = await soon(fetch(request)).catch(() => null);
  if (answer?.ok) await (await caches.open(CACHE)).put(pathname, answer.clone());
  if (answer && answer.status < 500) return answer;
  return (await caches.match(pathname)) ?? answer ?? Response.error();
}

/** A network that says nothing for long is none. */
function soon(answer) {
  const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error("late")), PATIENCE_MS));
  return Promise.race([answer, late]);
}
