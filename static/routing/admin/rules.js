/** The list of rules: dragged, or moved by its buttons, into another order that is then saved. */

const form = document.querySelector("form[data-rules]");
const list = form?.querySelector(".rules");
/** @type {HTMLElement|null} */
let dragged = null;

/** @param {EventTarget|null} target */
function ruleOf(target) {
  return /** @type {HTMLElement|null} */ (/** @type {Element} */ (target).closest?.(".rule"));
}

function tellOrder() {
  /** @type {HTMLElement|null|undefined} */ (form?.querySelector(".rules-bar"))?.removeAttribute("hidden");
}

list?.addEventListener("dragstart", (event) => {
  dragged = ruleOf(event.target);
  dragged?.classList.add("is-dragged");
  const data = /** @type {DragEvent} */ (event).dataTransfer;
  if (data) data.effectAllowed = "move";
});
list?.addEventListener("dragover", (event) => {
  const over = ruleOf(event.target);
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
  const rule = ruleOf(button);
  const way = button?.value.split(" ")[0];
  if (!rule || (way !== "up" && way !== "down")) return;
  event.preventDefault();
  const other = way === "up" ? rule.previousElementSibling : rule.nextElementSibling;
  if (!other) return;
  other[way === "up" ? "before" : "after"](rule);
  button?.focus();
  tellOrder();
});
