"""An inspector's work without hands: records written by the app's own modules in its page, and sent until all went."""

from __future__ import annotations

# Fetches the modules that the rest needs, while there is a network: by these names the app's worker keeps none of them.
LOAD = """async () => {
  const names = ["draft", "db", "photo", "queue", "server"];
  await Promise.all(names.map((name) => import(`/static/js/field/${name}.js`)));
}"""

# Writes so many records with so many photos each (noise of `side` pixels), finished and waiting to be sent.
WRITE = """async ({ records, photos, side }) => {
  const at = (name) => import(`/static/js/field/${name}.js`);
  const [{ begin, Draft }, db, { prepared, sha256 }] = await Promise.all(["draft", "db", "photo"].map(at));
  const [{ bundle }] = await db.plans();
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pen = canvas.getContext("2d");
  const noise = async () => {
    const pixels = pen.createImageData(side, side);
    for (let from = 0; from < pixels.data.length; from += 65536) {
      crypto.getRandomValues(pixels.data.subarray(from, from + 65536));
    }
    for (let alpha = 3; alpha < pixels.data.length; alpha += 4) pixels.data[alpha] = 255;
    pen.putImageData(pixels, 0, 0);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return new File([drawn], "noise.jpg", { type: "image/jpeg" });
  };
  const names = [];
  for (let record = 0; record < records; record++) {
    const task = bundle.tasks[record % bundle.tasks.length];
    const draft = new Draft(await begin(bundle, task), bundle);
    draft.body.position = { lon: 116.85, lat: 38.85, accuracy_m: 8, source: "device", at: new Date().toISOString() };
    draft.judge();
    for (const finding of draft.body.findings) finding.result = "pass";
    for (let item = 1; item <= photos; item++) {
      await draft.add(await prepared(await noise()), { kind: "evidence", item });
    }
    draft.body.outcome = "pass";
    draft.body.signatures.refusal = "示例：负责人不在场";
    await draft.finish();
    names.push(draft.row.uuid);
  }
  return names;
}"""

# Sends once what waits and tells the outcome with how many records still wait.
SEND = """async () => {
  const { quiet, send, waiting } = await import("/static/js/field/queue.js");
  let outcome = await send();
  while (outcome === "busy") { // the app itself is at it
    await quiet();
    outcome = await send();
  }
  return [outcome, (await waiting()).length];
}"""

# The same again, `times` over and in any order: every record's own text. The answers' states.
REPLAY = """async ({ times }) => {
  const [db, { ask, heads }] = await Promise.all(["db", "server"].map((name) => import(`/static/js/field/${name}.js`)));
  const { csrf } = await ask("/field/plans.json");
  const rows = (await db.records()).filter(({ text }) => text);
  const all = Array.from({ length: times }, () => rows).flat();
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  const states = [];
  for (const row of all) {
    const sent = { "Content-Type": "application/json", "X-Body-SHA256": row.sha256 };
    const options = { method: "POST", headers: { ...heads(csrf), ...sent }, body: row.text };
    states.push((await ask("/field/records", options)).state);
  }
  return states;
}"""

# Sends photos before the records that name them, the last one first.
PHOTOS_FIRST = """async () => {
  const at = (name) => import(`/static/js/field/${name}.js`);
  const [db, { ask, heads }, { waiting }] = await Promise.all(["db", "server", "queue"].map(at));
  const { csrf } = await ask("/field/plans.json");
  const rows = await waiting();
  const photos = (await Promise.all(rows.map(({ uuid }) => db.photos(uuid)))).flat().reverse();
  for (const { sha256, bytes } of photos) {
    const headers = { ...heads(csrf), "Content-Type": "image/jpeg" };
    await ask(`/field/photos/${sha256}`, { method: "PUT", headers, body: bytes });
  }
  return photos.length;
}"""


def send_all(page, most=400):
    """Send until nothing waits; the outcomes on the way. Raises TimeoutError where it never ends."""
    outcomes = []
    for _attempt in range(most):
        outcome, left = page.evaluate(SEND)
        outcomes.append(outcome)
        if not left:
            return outcomes
    raise TimeoutError(f"{left} records still wait: {outcomes[-5:]}")
