/** What is about to be fixed: what is missing leads back to its step; then it waits to be sent. */

import { filled, on, piece, slot, toggle } from "../dom.js";
import { word } from "../../words.js";

export function review(draft) {
  const page = piece("step-review");
  const problems = draft.problems();
  slot(page, "problems").replaceChildren(...problems.map((problem) => missing(draft, problem)));
  toggle(page, "problems-box", problems.length);
  const { body } = draft;
  const results = (name) => body.findings.filter(({ result }) => result === name).length;
  filled(page, {
    verdict: word(verdictOf(draft)),
    findings: word("findings-count", { pass: results("pass"), fail: results("fail"), na: results("na") }),
    outcome: body.outcome ? word(`outcome-${body.outcome}`) : "—",
    photos: String(draft.photographed()),
    signed: signedOf(body.signatures),
  });
  page.querySelector("[data-act=finish]").disabled = problems.length > 0;
  on(page, "finish", async (button) => {
    button.disabled = true;
    await draft.finish();
    dispatchEvent(new Event("queue"));
    location.hash = "#/queue";
  });
  return page;
}

function verdictOf({ area, body }) {
  if (body.verdict) return `verdict-${body.verdict.verdict}`;
  if (!body.position) return "position-none";
  return area ? "verdict-none" : "verdict-no-area";
}

function signedOf({ inspectors, party, refusal }) {
  const n = inspectors.length + (party ? 1 : 0);
  return refusal.trim() ? word("signed-refused", { n, refusal }) : String(n);
}

function missing({ row }, [step, sentence]) {
  const made = piece("problem", { sentence });
  made.querySelector("a").href = `#/records/${row.uuid}/${step}`;
  return made;
}
