/** The order of the saved views in the rail: dragged, or moved with Alt and the arrow keys. */

import { ask } from "./ask.js";
import { tell } from "./page.js";
import { explain } from "./toasts.js";

/** @param {Element|EventTarget|null} target */
const itemOf = (target) =>
  /** @type {HTMLElement|null} */ (/** @type {Element} */ (target).closest?.("[data-arrange] > li"));

/** @type {HTMLElement|null} what is dragged */
let dragged = null;

async function keepOrder() {
  const place = /** @type {HTMLElement|null} */ (document.querySelector("[data-arrange]"));
  if (!place) return;
  const form = new URLSearchParams();
  for (const link of place.querySelectorAll("[data-saved]")) {
    form.append("order", /** @type {HTMLElement} */ (link).dataset.saved || "");
  }
  try {
    await ask(place.dataset.arrange || "", { form });
  } catch (error) {
    explain(error);
  }
  // A rail that was asked for before may come after.
  tell("inbox:arranged");
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const item = itemOf(event.target);
  const isUp = event.key === "ArrowUp";
  const other = isUp ? item?.previousElementSibling : item?.nextElementSibling;
  if (!item) return;
  event.preventDefault();
  event.stopPropagation();
  if (!other) return;
  if (isUp) other.before(item);
  else other.after(item);
  /** @type {HTMLElement|null} */ (item.querySelector("a"))?.focus();
  keepOrder();
}

/** @param {DragEvent} event */
function over(event) {
  const item = itemOf(event.target);
  if (!dragged || !item || item === dragged || item.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const { top, height } = item.getBoundingClientRect();
  if (event.clientY < top + height / 2) item.before(dragged);
  else item.after(dragged);
}

export function keepArranging() {
  document.addEventListener("keydown", keyed, { capture: true });
  document.addEventListener("dragstart", (event) => {
    dragged = itemOf(event.target);
    dragged?.classList.add("is-dragged");
  });
  document.addEventListener("dragover", over);
  document.addEventListener("drop", (event) => {
    if (dragged) event.preventDefault();
  });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    dragged = null;
    keepOrder();
  });
}
