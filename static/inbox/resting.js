/** On touch screens: a finger that rests on a row begins choosing with it. */

/** Less than browsers wait for their own menu. */
const REST_MS = 450;

/** @type {any} */
let resting = 0;
/** Whether the touch that is going on has chosen a row. */
let hasRested = false;

/** @param {PointerEvent} event */
function began({ target, pointerType }) {
  clearTimeout(resting);
  hasRested = false;
  const row = pointerType === "touch" && /** @type {Element} */ (target).closest(".row");
  if (!row || row.closest("[data-choosing]")) return;
  resting = setTimeout(() => {
    hasRested = true;
    document.dispatchEvent(new CustomEvent("inbox:rested", { detail: row }));
  }, REST_MS);
}

/**
 * What comes of the same touch is not meant: the browser's menu for links, and that one opens.
 * @param {Event} event
 */
function follows(event) {
  if (!hasRested) return;
  event.preventDefault();
  event.stopPropagation();
}

window.addEventListener("pointerdown", began);
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, () => clearTimeout(resting));
}
for (const name of ["contextmenu", "click"]) {
  window.addEventListener(name, follows, { capture: true });
}
