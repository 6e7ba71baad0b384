/** The producing areas' editor: drawing, choosing units, the picture of a difference; each where its page has it. */

const editor = document.querySelector("[data-editor]");
const choice = document.querySelector("[data-choose]");
const difference = document.querySelector("[data-difference]");

if (editor) {
  const { AreaEditor } = await import("../map/draw.js");
  await new AreaEditor(editor).start(editor.querySelector("[data-map]").dataset.places);
}
if (choice) {
  const { UnitChoice } = await import("../map/choose.js");
  await new UnitChoice(choice, document.querySelector("[data-units]")).start(choice.dataset.places);
}
if (difference) {
  const { drawDifference } = await import("../map/difference.js");
  await drawDifference(difference);
}
