/** The twelve things to look at, each 合格, 不合格 or 不适用, with clause, note and photos. */

import { filled, piece, slot, toggle } from "../dom.js";
import { word } from "../../words.js";
import { bound } from "./fields.js";
import { photos } from "./photos.js";

export function items(draft) {
  const page = piece("step-items");
  const made = draft.bundle.items.map((item) => one(draft, item, () => count(page, draft)));
  slot(page, "items").replaceChildren(...made);
  count(page, draft);
  return page;
}

function one(draft, { number, label, basis }, changed) {
  const finding = draft.body.findings.find(({ item }) => item === number);
  const made = piece("item", { number, label, basis });
  for (const radio of made.querySelectorAll("[type=radio]")) radio.name = `result ${number}`;
  slot(made, "photos").replaceWith(photos(draft, { kind: "evidence", item: number }));
  const told = draft.clauses[number];
  const law = told.find(({ model }) => !model);
  slot(made, "clauses").replaceChildren(...told.map(({ wording, cited }) => piece("clause", { wording, cited })));
  const more = made.querySelector("details");
  more.open = finding.result === "fail" || Boolean(finding.note);
  bound(made, finding, async () => {
    if (finding.result === "fail") {
      more.open = true;
      if (!finding.clause) made.querySelector("[name=clause]").value = finding.clause = law?.paper ?? "";
    }
    made.dataset.result = finding.result;
    changed();
    await draft.save();
  });
  made.dataset.result = finding.result;
  return made;
}

function count(page, draft) {
  const open = draft.body.findings.filter(({ result }) => !result).length;
  filled(page, { left: open ? word("items-left", { n: open }) : word("items-done", { n: draft.failing().length }) });
  toggle(page, "left", true);
}
