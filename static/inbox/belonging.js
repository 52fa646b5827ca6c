/** What belongs to a list of which only the server can tell: asked for many at once. */

import { hear, tell, view } from "./page.js";

const SOON_MS = 120;
const EVERY_MS = 1000;
const AT_ONCE = 50;

/** @type {Set<string>} conversations that have changed since they were last asked for */
const waiting = new Set();
/** @type {any} */
let timer = 0;
let askedAt = -Infinity;
let isAsking = false;

/** @param {string} id of a conversation that has changed */
export function askSoon(id) {
  waiting.add(id);
  plan();
}

function plan() {
  if (timer || isAsking || !waiting.size) return;
  const wait = Math.max(SOON_MS, askedAt + EVERY_MS - Date.now());
  timer = setTimeout(askNow, wait);
}

async function askNow() {
  timer = 0;
  askedAt = Date.now();
  isAsking = true;
  const ids = [...waiting].slice(0, AT_ONCE);
  for (const id of ids) waiting.delete(id);
  const list = /** @type {any} */ (document.querySelector("inbox-list"));
  try {
    await list.sort(ids);
  } catch {
    // The whole list is asked for once a minute, and when the connection is back.
    tell("inbox:unsorted", { view: view() });
  } finally {
    isAsking = false;
    plan();
  }
}

// Another list was asked for as it is now.
hear("inbox:arrived", () => waiting.clear());
