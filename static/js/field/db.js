/**
 * What the device keeps, in IndexedDB: plans taken along, records, and the photos that belong to records. A record and
 * its photos are always written in one transaction, and what is here goes only when the register has all of it, or when
 * the inspector deletes it.
 *
 * plans:   { number, taken_at, bundle }
 * records: { uuid, plan, task, title, state, started_at, … }; state is "draft" (with `body`, being written), "waiting"
 *          (with `text` and its `sha256`, which are sent, the same at every attempt) or "sent"
 * photos:  { record, sha256, bytes, media_type, kind, taken_at }
 */

const NAME = "field";
const VERSION = 1;
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("plans", { keyPath: "number" });
      request.result.createObjectStore("records", { keyPath: "uuid" });
      request.result.createObjectStore("photos", { keyPath: ["record", "sha256"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Do `work(stores)` in one transaction; the promise holds its result once all of it is on the disk. */
async function transaction(mode, work) {
  const names = ["plans", "records", "photos"];
  const running = (await database()).transaction(names, mode, { durability: "strict" });
  const result = work(Object.fromEntries(names.map((name) => [name, running.objectStore(name)])));
  return new Promise((resolve, reject) => {
    running.oncomplete = () => resolve(result?.result);
    running.onabort = () => reject(running.error);
  });
}

const read = (work) => transaction("readonly", work);
const write = (work) => transaction("readwrite", work);

/** All photos of a record: a key that begins with it. */
const photosOf = (uuid) => IDBKeyRange.bound([uuid], [uuid, []]);

// --- Plans -----------------------------------------------------------------------------------------------------------

export const plans = () => read((stores) => stores.plans.getAll());
export const plan = (number) => read((stores) => stores.plans.get(number));
export const keepPlan = (row) => write((stores) => stores.plans.put(row));

/** A plan leaves the device, and with it its records that the register has. */
export function dropPlan(number) {
  return write((stores) => {
    stores.plans.delete(number);
    const found = stores.records.getAll();
    found.onsuccess = () => {
      const sent = found.result.filter(({ plan, state }) => plan === number && state === "sent");
      for (const { uuid } of sent) stores.records.delete(uuid);
    };
  });
}

// --- Records and photos ----------------------------------------------------------------------------------------------

export const records = () => read((stores) => stores.records.getAll());
export const record = (uuid) => read((stores) => stores.records.get(uuid));
export const keepRecord = (row) => write((stores) => stores.records.put(row));
export const photos = (uuid) => read((stores) => stores.photos.getAll(photosOf(uuid)));
export const photo = (uuid, sha256) => read((stores) => stores.photos.get([uuid, sha256]));

/** A record, photos that it names, and without those (SHA-256) that it names no longer. */
export function keepAll(row, photos, gone = []) {
  return write((stores) => {
    for (const sha256 of gone) stores.photos.delete([row.uuid, sha256]);
    for (const photo of photos) stores.photos.put(photo);
    stores.records.put(row);
  });
}

/** Note something on a record that may have been deleted meanwhile; then it stays so. */
export function amendRecord(uuid, changes) {
  return write((stores) => amend(stores, uuid, changes));
}

/** The register has all of it: the photos go, the text stays for a correction. `said` is what it answered. */
export function markSent(uuid, said) {
  return write((stores) => {
    stores.photos.delete(photosOf(uuid));
    amend(stores, uuid, { ...said, state: "sent", error: "" });
  });
}

function amend({ records }, uuid, changes) {
  const found = records.get(uuid);
  found.onsuccess = () => {
    if (found.result) records.put({ ...found.result, ...changes });
  };
}

/** Delete a record with its photos, sent or not. */
export function dropRecord(uuid) {
  return write((stores) => {
    stores.photos.delete(photosOf(uuid));
    stores.records.delete(uuid);
  });
}
