/** Choosing whom one asks: boxes with names, and a field that finds some of them. */

/**
 * The values of those who are chosen.
 * @param {HTMLFormElement|undefined} form
 */
export function chosenIn(form) {
  const boxes = form?.querySelectorAll(".side-whom input:checked") || [];
  return [...boxes].map((box) => /** @type {HTMLInputElement} */ (box).value);
}

/**
 * Chooses these, as far as they may be chosen, and nobody else.
 * @param {HTMLFormElement|undefined} form
 * @param {string[]} values
 */
export function chooseIn(form, values) {
  for (const box of form?.querySelectorAll(".side-whom input[name]") || []) {
    const choice = /** @type {HTMLInputElement} */ (box);
    choice.checked = !choice.disabled && values.includes(choice.value);
  }
}

/**
 * Shows only those whose name has what was typed; who is chosen stays in sight.
 * @param {HTMLInputElement} input
 */
export function findWhom(input) {
  const wanted = soughtIn(input);
  for (const row of askables(input)) {
    const isChosen = row.querySelector("input:checked") !== null;
    row.toggleAttribute("hidden", !isChosen && !lowName(row).includes(wanted));
  }
}

/**
 * Chooses the first that was found, or lets go of it; false where there is nobody.
 * @param {HTMLInputElement} input
 */
export function chooseFoundWhom(input) {
  const wanted = soughtIn(input);
  const row = askables(input).find(
    (each) => wanted && lowName(each).includes(wanted) && each.lastElementChild,
  );
  const box = /** @type {HTMLInputElement|null|undefined} */ (
    row?.querySelector("input:not(:disabled)")
  );
  if (!box) return false;
  box.checked = !box.checked;
  input.value = "";
  findWhom(input);
  return true;
}

/** @param {HTMLInputElement} input */
const soughtIn = (input) => input.value.trim().toLowerCase();

/** @param {HTMLElement} row */
const lowName = (row) => (row.dataset.name || "").toLowerCase();

/**
 * @param {HTMLInputElement} input
 * @returns {HTMLElement[]}
 */
const askables = (input) => [
  .../** @type {NodeListOf<HTMLElement>|[]} */ (
    input.parentElement?.querySelectorAll("[data-name]") || []
  ),
];
