import { ask, elementsOf, Problem } from "./ask.js";
import { beginBatch } from "./batches.js";
import { list } from "./list.js";
import { openMenu } from "./menu.js";
import { conversation, filter, hear, order, tell, view } from "./page.js";
import { newestFirst, rangeOf, summary } from "./picking.js";
import { explain, toast } from "./toasts.js";

/** So many in one request; more of them go one request after the other, and are counted. */
const AT_ONCE = 50;

/** @typedef {{id: string, values: Record<string, string>}} Row */

/** The conversations that are chosen, and the list in which they were. */
const chosen = new Set();
let where = "";
/** Where a range begins. */
let anchor = "";
let isBusy = false;
/** Whether the whole view is meant, also what is not loaded. */
let isWhole = false;
/** Whether a touch on a row chooses it, also the first. */
let isPicking = false;

/** @returns {HTMLElement|null} */
const bar = () => document.getElementById("many");

/** @returns {HTMLElement[]} the rows that are chosen and still there */
const rows = () => list().all().filter(({ dataset }) => chosen.has(dataset.conversation));

/** Whether what is done now is meant for several. */
export const isChoosing = () => rows().length > 0;

/** @returns {string[]} the conversations for which it is meant */
export const chosenIds = () => rows().map(({ dataset }) => dataset.conversation || "");

// ---- choosing ----

/**
 * @param {HTMLElement} row
 * @param {boolean} isOn
 */
function choose(row, isOn) {
  const id = row.dataset.conversation || "";
  if (isOn) chosen.add(id);
  else chosen.delete(id);
  paint(row);
}

/** @param {HTMLElement} row */
function paint(row) {
  const isOn = chosen.has(row.dataset.conversation);
  row.classList.toggle("is-chosen", isOn);
  const box = /** @type {HTMLInputElement|null} */ (row.querySelector("[data-pick]"));
  if (box) box.checked = isOn;
}

/** The row that keys are meant for: the focused one, else that of the conversation on screen. */
function current() {
  const focused = document.activeElement?.closest(".row");
  return focused instanceof HTMLElement ? focused : list().row(conversation()) || list().all()[0];
}

/** Chooses the current row, or no longer. */
export function toggle(row = current()) {
  if (!row) return;
  anchor = row.dataset.conversation || "";
  choose(row, !chosen.has(anchor));
  show();
}

/** Chooses all from the row chosen last to the current one. */
export function chooseRange(row = current()) {
  const all = list().all();
  const ids = all.map(({ dataset }) => dataset.conversation || "");
  const [from, to] = rangeOf(ids, anchor, row?.dataset.conversation || "");
  for (const each of all.slice(from, to + 1)) choose(each, true);
  show();
}

/** Chooses every row that is loaded; not where text is meant. */
export function chooseAll() {
  const isInList = document.activeElement?.closest("#list") || document.activeElement === document.body;
  if (!isInList && !isChoosing()) return false;
  for (const row of list().all()) choose(row, true);
  show();
  return true;
}

export function chooseNone() {
  for (const row of rows()) choose(row, false);
  chosen.clear();
  isPicking = false;
  show();
}

// ---- the bar ----

function show() {
  const place = bar();
  if (!place) return;
  const size = rows().length;
  const label = /** @type {HTMLElement} */ (place.querySelector(".many-count"));
  offerWhole(place, size);
  const hint = isPicking ? "Choose rows" : "";
  if (!isBusy) label.textContent = isWhole ? "All chosen" : size ? `${size} chosen` : hint;
  place.hidden = size === 0 && !isBusy && !isPicking;
  list().toggleAttribute("data-choosing", size > 0 || isPicking);
  if (size) fill(place).catch(explain);
}

/**
 * Where more exists than is loaded, the whole view can be chosen once all that is loaded is.
 * @param {HTMLElement} place
 * @param {number} size
 */
function offerWhole(place, size) {
  const button = /** @type {HTMLElement} */ (place.querySelector("[data-many-all]"));
  const all = list().all().length;
  button.hidden = size < all || size === 0 || !document.querySelector("#rows > .more");
  isWhole &&= !button.hidden;
  button.setAttribute("aria-pressed", String(isWhole));
}

/** @type {Promise<void>|null} */
let filling = null;

/**
 * Asks once for what can be done here.
 * @param {HTMLElement} place
 */
function fill(place) {
  if (place.hasAttribute("data-filled")) return Promise.resolve();
  filling ||= ask(place.dataset.url || "")
    .then(async (response) => {
      const [fresh] = elementsOf(await response.text());
      if (!place.isConnected) return;
      place.querySelector(".many-do")?.replaceWith(fresh);
      place.toggleAttribute("data-filled", true);
    })
    .finally(() => {
      filling = null;
    });
  return filling;
}

/**
 * Does a command with those that are chosen: opens its menu, or presses its button.
 * @param {string} command
 * @param {string} [value] what to choose in the menu, if it is there
 */
export async function doMany(command, value) {
  const place = bar();
  if (!place || isBusy) return;
  try {
    await fill(place);
  } catch (error) {
    explain(error);
    return;
  }
  const button = place.querySelector(`[data-many-key="${command}"]`);
  if (button instanceof HTMLElement) button.click();
  else openMenu(`many-${command}`);
  /** @type {HTMLElement|null} */ (place.querySelector(`.options [value="${value}"]`))?.click();
}

// ---- doing ----

/** @param {SubmitEvent} event */
function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { many: part, words = "" } = form.dataset;
  if (!part) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const values = /** @type {Record<string, string>} */ (Object.fromEntries(data));
  form.closest("details")?.removeAttribute("open");
  if (part === "merge") {
    mergeAll(values, words);
    return;
  }
  list().all()[0]?.closest("section")?.focus({ preventScroll: true });
  if (isWhole) {
    const url = /** @type {HTMLElement} */ (bar()?.querySelector("[data-many-all]")).dataset.url;
    chooseNone();
    beginBatch(url || "", part, values, words);
    return;
  }
  const asked = rows().map(({ dataset }) => ({ id: dataset.conversation || "", values }));
  doAll(part, asked, words);
}

/**
 * What is merged goes on in the newest of those that are chosen.
 * @param {Record<string, string>} values
 * @param {string} words
 */
function mergeAll(values, words) {
  const ids = newestFirst(rows().map(({ dataset }) => dataset)).map(({ conversation }) => conversation);
  if (isWhole || ids.length < 2) {
    toast("Choose two or more conversations of one customer.", { tone: "bad" });
    return;
  }
  const [into, ...others] = ids;
  doAll("merge", others.map((id) => ({ id, values: { ...values, into } })), words);
  chosen.delete(into);
}

/**
 * @param {string} part
 * @param {Row[]} asked
 * @param {string} words what they are then
 */
async function doAll(part, asked, words) {
  if (isBusy || !asked.length) return;
  const url = bar()?.dataset.url || "";
  const done = { count: 0, undo: /** @type {Row[]} */ ([]), failed: /** @type {any[]} */ ([]) };
  isBusy = true;
  try {
    for (let at = 0; at < asked.length; at += AT_ONCE) {
      progress(at, asked.length);
      const form = { part, rows: JSON.stringify(asked.slice(at, at + AT_ONCE)) };
      const answer = await (await ask(url, { form, timeout: 60_000 })).json();
      done.count += answer.count;
      done.undo.push(...answer.undo);
      done.failed.push(...answer.failed);
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const missing = asked.length - done.count - done.failed.length;
    done.failed.push(...Array(missing).fill({ reason: error.message }));
    if (error.isLoggedOut) explain(error);
  } finally {
    isBusy = false;
    finish(part, asked, done, words);
  }
}

/**
 * @param {number} at
 * @param {number} of
 */
function progress(at, of) {
  const label = bar()?.querySelector(".many-count");
  if (label) label.textContent = of > AT_ONCE ? `${at} of ${of}…` : "Working…";
}

/**
 * @param {string} part
 * @param {Row[]} asked
 * @param {{count: number, undo: Row[], failed: {id?: string, reason: string}[]}} done
 * @param {string} words
 */
function finish(part, asked, done, words) {
  const failed = new Set(done.failed.map(({ id }) => id));
  for (const { id } of asked) if (!failed.has(id) && done.count) chosen.delete(id);
  for (const row of list().all()) paint(row);
  show();
  const undo = done.undo.length
    ? { name: "Undo", run: () => doAll(part, done.undo, "as before") }
    : undefined;
  toast(summary(done, words), { tone: done.count ? undefined : "bad", action: undo });
  tell("inbox:changed");
}

// ---- start ----

/** @param {MouseEvent} event */
function pressed(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-many-none]")) chooseNone();
  const several = target.closest("[data-pick-several]");
  if (several) {
    isPicking = true;
    several.closest("details")?.removeAttribute("open");
    show();
  }
  if (target.closest("[data-many-all]")) {
    isWhole = !isWhole;
    show();
  }
  const row = target.matches("[data-pick]") && target.closest(".row");
  if (!(row instanceof HTMLElement)) return;
  if (event.shiftKey && anchor) chooseRange(row);
  else toggle(row);
}

/**
 * Where rows are being chosen, a touch anywhere on one chooses it rather than opens it.
 * @param {MouseEvent} event
 */
function touched(event) {
  const row = /** @type {Element} */ (event.target).closest(".row");
  const isTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
  if (!isTouch || !list().hasAttribute("data-choosing") || !(row instanceof HTMLElement)) return;
  event.preventDefault();
  event.stopPropagation();
  toggle(row);
}

export function keepChoosing() {
  document.addEventListener("click", touched, { capture: true });
  document.addEventListener("click", pressed);
  document.addEventListener("submit", submitted);
  hear("inbox:rested", (row) => {
    isPicking = true;
    toggle(row);
  });
  const script = bar()?.dataset.script;
  if (script && matchMedia("(hover: none)").matches) import(script);
  hear("inbox:row", (row) => {
    paint(row);
    if (chosen.size) show();
  });
  hear("inbox:row-gone", () => {
    if (chosen.size) show();
  });
  hear("inbox:arrived", () => {
    const here = `${view()} ${order()} ${filter()}`;
    if (here !== where) chosen.clear();
    where = here;
    show();
  });
  where = `${view()} ${order()} ${filter()}`;
}
