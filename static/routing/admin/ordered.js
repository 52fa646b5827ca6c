/** A list in its order: dragged, or moved by its buttons, into another that is then saved. */

const form = document.querySelector("form[data-ordered]");
const list = form?.querySelector(".ordered");
/** @type {HTMLElement|null} */
let dragged = null;

/** @param {EventTarget|null} target */
function rowOf(target) {
  return /** @type {HTMLElement|null} */ (/** @type {Element} */ (target).closest?.(".ordered-row"));
}

function tellOrder() {
  /** @type {HTMLElement|null|undefined} */ (form?.querySelector(".ordered-bar"))?.removeAttribute("hidden");
}

list?.addEventListener("dragstart", (event) => {
  dragged = rowOf(event.target);
  dragged?.classList.add("is-dragged");
  const data = /** @type {DragEvent} */ (event).dataTransfer;
  if (data) data.effectAllowed = "move";
});
list?.addEventListener("dragover", (event) => {
  const over = rowOf(event.target);
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  const isBelow = /** @type {DragEvent} */ (event).clientY > top + height / 2;
  over[isBelow ? "after" : "before"](dragged);
});
list?.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  if (dragged) tellOrder();
  dragged = null;
});

form?.addEventListener("submit", (event) => {
  const button = /** @type {HTMLButtonElement|null} */ (/** @type {SubmitEvent} */ (event).submitter);
  const row = rowOf(button);
  const way = button?.value.split(" ")[0];
  if (!row || (way !== "up" && way !== "down")) return;
  event.preventDefault();
  const other = way === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  other[way === "up" ? "before" : "after"](row);
  button?.focus();
  tellOrder();
});
