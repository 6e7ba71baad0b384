/** Chinese sentences for scripts; they stand in the page's `<template id="words">`, inside translation tags. */

const template = document.getElementById("words");

/** The sentence called `name`, its `{placeholders}` filled from `values`. */
export function word(name, values = {}) {
  const text = template?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** A distance as people say it: whole metres, kilometres from 10 km on. */
export function distance(metres) {
  if (metres >= 10_000) return word("kilometres", { km: (metres / 1000).toFixed(1) });
  return word("metres", { m: Math.round(metres).toLocaleString("zh-CN") });
}
