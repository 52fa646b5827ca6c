/** The filter of the list: its dialog, whose form is the server's. */

import { ask } from "./ask.js";
import { hear } from "./page.js";
import { go } from "./places.js";
import { explain } from "./toasts.js";

const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("filter-dialog"));
const body = () => /** @type {HTMLElement} */ (dialog().querySelector(".filter-body"));

/** @type {Promise<void>|null} */
let isKept = null;

/** What keeps forms of conditions is loaded with the first. */
async function keepForms() {
  try {
    const { keepConditionForms } = await import(dialog().dataset.script || "");
    keepConditionForms(
      (/** @type {HTMLFormElement} */ form, /** @type {FormData} */ fields, /** @type {string} */ part) =>
        ask(form.action, { part, form: fields }),
      leave,
      explain,
    );
  } catch (error) {
    isKept = null;
    throw error;
  }
}

/** Opens the filter of the list on screen. */
export async function openFilter() {
  const link = document.querySelector("[data-filter-open]");
  if (!(link instanceof HTMLAnchorElement) || dialog().open) return;
  body().replaceChildren();
  dialog().setAttribute("aria-busy", "true");
  dialog().showModal();
  try {
    isKept ||= keepForms();
    const [response] = await Promise.all([ask(link.href, { part: "filter" }), isKept]);
    const html = await response.text();
    if (!dialog().open) return;
    body().innerHTML = html;
    const first = body().querySelector("[data-focus]")
      || body().querySelector('select, input:not([type="hidden"])');
    /** @type {HTMLElement|null} */ (first)?.focus();
  } catch (error) {
    dialog().close();
    explain(error);
  } finally {
    dialog().removeAttribute("aria-busy");
  }
}

/** @param {string} url */
function leave(url) {
  dialog().close();
  go(url);
}

export function keepFilter() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (target === dialog()) dialog().close();
    if (!isPlain || !target.closest("[data-filter-open]")) return;
    event.preventDefault();
    openFilter();
  }, { capture: true });
  hear("inbox:leaving", () => dialog().open && dialog().close());
}
