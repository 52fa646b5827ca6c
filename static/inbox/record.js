import { ask } from "./ask.js";
import { hear, tell } from "./page.js";
import { payOff } from "./painting.js";
import { put } from "./places.js";

const SUGGEST_MS = 150;

/** What time it is where the customer is. */
export function showTheirTime() {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-their-time]")
  )) {
    const timeZone = place.dataset.theirTime || "";
    try {
      const clock = new Date().toLocaleTimeString(undefined, {
        timeZone,
        hour: "2-digit",
        minute: "2-digit",
      });
      const city = timeZone.split("/").at(-1)?.replaceAll("_", " ");
      place.textContent = `${city}, ${clock} there`;
    } catch {
      // A zone that this browser does not know stays as it was written.
    }
  }
}

const about = () => document.getElementById("about");

/** Whether the record on screen is behind, and waits until a form in it is done with. */
let isOwed = false;

/**
 * What a new record must not lose: where one was in the old one.
 * @typedef {{top: number, row: string}} Place
 * @returns {Place}
 */
function placeNow() {
  const body = about()?.querySelector(".record-body");
  const row = document.activeElement?.closest("#about [data-row]");
  return {
    top: body?.scrollTop || 0,
    row: row instanceof HTMLElement ? row.dataset.row || "" : "",
  };
}

/** @param {Place} place */
function goBackTo({ top, row }) {
  const body = about()?.querySelector(".record-body");
  if (body) body.scrollTop = top;
  if (row && document.activeElement === document.body) rowOf(row)?.focus({ preventScroll: true });
  showTheirTime();
}

/**
 * The row of a field; of an address that has changed, the first of its kind.
 * @param {string} name
 * @returns {HTMLElement|null|undefined}
 */
function rowOf(name) {
  const kind = name.split(" ")[0];
  const find = (/** @type {string} */ test) =>
    /** @type {HTMLElement|null|undefined} */ (about()?.querySelector(`${test} summary`));
  return find(`[data-row="${CSS.escape(name)}"]`) || find(`[data-row^="${CSS.escape(kind)}"]`);
}

/**
 * Puts a newer record in place of the one on screen, unless somebody is in the middle of a form of
 * it: then it is asked for again when they are done.
 * @param {string} html
 */
export function showRecord(html) {
  isOwed = about()?.querySelector(":is(.field[open], .pick details[open], .htmx-request)") !== null;
  if (isOwed) return;
  const place = placeNow();
  put(html);
  goBackTo(place);
}

/** Goes to the first row of the record that can be edited. */
export function editRecord() {
  payOff();
  /** @type {HTMLElement|null|undefined} */ (about()?.querySelector(".field summary"))?.focus();
}

/** @param {HTMLDetailsElement} field */
function cancel(field) {
  field.querySelector("form")?.reset();
  field.open = false;
  field.querySelector("summary")?.focus();
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  const field = /** @type {Element} */ (event.target).closest("#about .field");
  if (!(field instanceof HTMLDetailsElement) || !field.open || event.isComposing) return;
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  cancel(field);
}

/** @param {Event} event */
function toggled(event) {
  const field = event.target;
  if (!(field instanceof HTMLDetailsElement)) return;
  if (!field.matches("#about :is(.field, .pick details)")) return;
  if (field.open && !field.matches(".field")) return;
  if (field.open) {
    const control = /** @type {HTMLElement|null} */ (
      field.querySelector('[name="value"]')
    );
    control?.focus();
    if (control instanceof HTMLInputElement) control.select();
  } else if (isOwed) {
    isOwed = false;
    tell("inbox:record");
  }
}

/** @type {any} */
let suggestTimer = 0;

/** @param {Event} event */
function typed(event) {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.dataset.companies) return;
  clearTimeout(suggestTimer);
  suggestTimer = setTimeout(suggest, SUGGEST_MS, input);
}

/** @param {HTMLInputElement} input */
async function suggest(input) {
  if (!input.value.trim()) return;
  const url = `${input.dataset.companies}?${new URLSearchParams({ q: input.value })}`;
  // A suggestion that does not come is none: the name can be written out.
  const response = await ask(url).catch(() => null);
  if (response && input.list) input.list.innerHTML = await response.text();
}

/** Makes the record's rows forms in their place, by keys too. */
export function keepRecord() {
  document.addEventListener("keydown", keyed, { capture: true });
  document.addEventListener("toggle", toggled, { capture: true });
  document.addEventListener("input", typed);
  document.addEventListener("click", (event) => {
    const field = /** @type {Element} */ (event.target).closest("[data-cancel]")?.closest(".field");
    if (field instanceof HTMLDetailsElement) cancel(field);
  });
  /** @type {Place} */
  let place = { top: 0, row: "" };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target?.id === "about") place = placeNow();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target?.id === "about") goBackTo(place);
  });
  hear("inbox:arrived", () => {
    isOwed = false;
  });
}
