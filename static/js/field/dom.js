/** Pieces of the page: each stands as a `<template data-piece>` in the shell, with every Chinese word that it shows. */

import { Sentence } from "../ask.js";
import { word } from "../words.js";

/** A new copy of the piece called `name`, its slots filled with `texts`. */
export function piece(name, texts = {}) {
  const made = document.querySelector(`template[data-piece="${name}"]`).content.firstElementChild.cloneNode(true);
  return filled(made, texts);
}

/** `root` with a text in each slot that `texts` names. */
export function filled(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const place of slots(root, name)) place.textContent = text ?? "";
  }
  return root;
}

/** All places called `name` in `root`, itself included. */
function slots(root, name) {
  const within = [...root.querySelectorAll(`[data-slot="${name}"]`)];
  return root.dataset.slot === name ? [root, ...within] : within;
}

export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** Show the place called `name` only where `shown`. */
export function toggle(root, name, shown) {
  for (const place of slots(root, name)) place.hidden = !shown;
}

/** Do `act` when the button called `name` is pressed; what it throws is said in the page's notice. */
export function on(root, name, act) {
  for (const button of root.querySelectorAll(`[data-act="${name}"]`)) {
    button.addEventListener("click", () => attempt(() => act(button)));
  }
}

/** Do it; a refusal is said where the reader looks, and of anything else that it went wrong. */
export async function attempt(act) {
  const notice = document.querySelector("[data-notice]");
  notice.hidden = true;
  try {
    await act();
  } catch (error) {
    notice.textContent = said(error);
    notice.hidden = false;
    notice.scrollIntoView({ block: "center" });
    if (!(error instanceof Sentence)) throw error;
  }
}

function said(error) {
  if (error instanceof Sentence) return error.message;
  return word(error.name === "QuotaExceededError" ? "storage-full" : "unexpected");
}
