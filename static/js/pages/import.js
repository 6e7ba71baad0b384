/** A file at work: say how far it is, and show the page anew when it is done. */

import { askJson } from "../ask.js";

const EVERY_MS = 600;
const element = document.querySelector("[data-progress]");
if (element) watch(element);

async function watch(element) {
  const bar = element.querySelector("progress");
  const doing = element.querySelector("[data-doing]");
  const timer = setInterval(async () => {
    try {
      const state = await askJson(element.dataset.progress);
      if (!state.working) {
        clearInterval(timer);
        location.reload();
        return;
      }
      bar.value = state.done;
      if (state.doing) doing.textContent = state.doing;
    } catch (sentence) {
      doing.textContent = sentence.message;
    }
  }, EVERY_MS);
}
