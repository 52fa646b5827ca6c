/** Fetches what the teammate will probably look at next: quietly, one at a time, and not at all
 * while nobody looks. To fetch is not to read: only the screen reports that. */

import { ask, elementsOf } from "./ask.js";
import { list } from "./list.js";
import { aheadOf, Kept, memory, nameOf } from "./memory.js";
import { conversation, hear, view } from "./page.js";

/** So long somebody stays before what comes next is fetched: who holds a key down only passes. */
const STAY_MS = 200;
const HOVER_MS = 80;

/** @type {AbortController|null} */
let fetching = null;
let fetched = "";
/** @type {any} */
let timer = 0;
/** @type {any} */
let hoverTimer = 0;
let at = -1;
let step = 1;
let where = "";

/** @param {HTMLElement} row */
const linkOf = (row) => /** @type {HTMLAnchorElement} */ (row.querySelector("a.row-link")).href;

/**
 * @param {HTMLElement} row
 * @param {AbortSignal} signal
 */
function fetchRow(row, signal) {
  const url = linkOf(row);
  const id = row.dataset.conversation || "";
  fetched = nameOf(url);
  return memory.expect(fetched, id, async () => {
    const response = await ask(url, { part: "conversation", signal });
    const part = document.createDocumentFragment();
    part.append(...elementsOf(await response.text()));
    return new Kept(id, part, response.headers.get("ETag") || "");
  });
}

/** @param {HTMLElement[]} rows */
async function fetchAll(rows) {
  fetching?.abort();
  const { signal } = (fetching = new AbortController());
  for (const row of rows) {
    if (signal.aborted || document.hidden || !memory.isTrue) return;
    if (!row.isConnected) continue;
    const name = nameOf(linkOf(row));
    if (!memory.has(name)) await fetchRow(row, signal);
    whenIdle(() => memory.prepare(name));
  }
}

function lookAhead() {
  const rows = list().all();
  const index = rows.findIndex(({ dataset }) => dataset.conversation === conversation());
  if (where === view() && index !== at && index >= 0 && at >= 0) step = index > at ? 1 : -1;
  [where, at] = [view(), index];
  clearTimeout(timer);
  timer = setTimeout(() => {
    const ahead = aheadOf(index, step, rows.length).map((each) => rows[each]);
    whenIdle(() => fetchAll(ahead));
  }, STAY_MS);
}

/** @param {() => void} work */
const whenIdle = (work) =>
  "requestIdleCallback" in window ? requestIdleCallback(work, { timeout: 1000 }) : setTimeout(work);

/** @param {{view: string, conversation: string}} place where the teammate goes */
function leave(place) {
  clearTimeout(timer);
  // What is on its way there is waited for; anything else can be spared.
  if (!fetched.split("?")[0].endsWith(`/${place.view}/${place.conversation}/`)) fetching?.abort();
}

/** @param {PointerEvent} event */
function pointed(event) {
  clearTimeout(hoverTimer);
  const row = /** @type {Element} */ (event.target).closest?.("#rows .row");
  if (!(row instanceof HTMLElement) || event.pointerType !== "mouse") return;
  if (row.dataset.conversation === conversation()) return;
  hoverTimer = setTimeout(() => fetchAll([row]), HOVER_MS);
}

export function keepAhead() {
  hear("inbox:arrived", lookAhead);
  hear("inbox:live", lookAhead);
  hear("inbox:leaving", leave);
  document.addEventListener("pointerover", pointed);
}
