/** How people say how old something is, and when it was. */

import { word } from "../words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "3 小时前" of an instant. */
export function ago(instant, now = Date.now()) {
  const age = Math.max(0, now - Date.parse(instant));
  if (age < MINUTE) return word("ago-now");
  if (age < HOUR) return word("ago-minutes", { n: Math.floor(age / MINUTE) });
  if (age < DAY) return word("ago-hours", { n: Math.floor(age / HOUR) });
  return word("ago-days", { n: Math.floor(age / DAY) });
}

/** Day and minute of an instant, as clocks in China show them. */
export function clock(instant) {
  const format = { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat("sv-SE", format).format(new Date(instant));
}

const TRUSTED_MS = 5 * MINUTE;

/** What to say of the device's clock, where it is far from the register's `server_at`; else "". */
export function off(server_at) {
  const ahead = Date.now() - Date.parse(server_at);
  if (Math.abs(ahead) <= TRUSTED_MS) return "";
  return word(ahead > 0 ? "clock-fast" : "clock-slow", { at: clock(server_at) });
}
