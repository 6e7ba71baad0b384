/**
 * The service worker of /field/: keeps the app itself, so that it starts without a network. All of one version is kept
 * together and answered from there; questions to the register and whatever is sent go by it untouched. `self.KEPT` names
 * what is kept, the app's page first; `self.CACHE` is called after the version.
 */

const [PAGE] = self.KEPT;
const KEPT = new Set(self.KEPT);
const OURS = "field-";

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
  if (request.mode === "navigate" ? pathname === PAGE : KEPT.has(pathname)) event.respondWith(kept(request, pathname));
});

/** All or nothing: a version with a gap would not start without a network. */
async function keepAll() {
  const cache = await caches.open(self.CACHE);
  await cache.addAll(self.KEPT.map((address) => new Request(address, { cache: "reload", credentials: "omit" })));
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== self.CACHE).map((name) => caches.delete(name)));
}

/** From this version, else from the network, where somebody has cleared what was kept. */
async function kept(request, pathname) {
  const cache = await caches.open(self.CACHE);
  return (await cache.match(pathname, { ignoreVary: true })) ?? fetch(request);
}
