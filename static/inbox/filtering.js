/** The filter of the list: its dialog, whose form is the server's. */

import { keepConditionForms } from "../shared/conditions.js";
import { ask } from "./ask.js";
import { hear } from "./page.js";
import { go } from "./places.js";
import { explain } from "./toasts.js";

const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("filter-dialog"));
const body = () => /** @type {HTMLElement} */ (dialog().querySelector(".filter-body"));

/** Opens the filter of the list on screen. */
export async function openFilter() {
  const link = document.querySelector("[data-filter-open]");
  if (!(link instanceof HTMLAnchorElement) || dialog().open) return;
  body().replaceChildren();
  dialog().setAttribute("aria-busy", "true");
  dialog().showModal();
  try {
    const response = await ask(link.href, { part: "filter" });
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
  keepConditionForms(
    (form, fields, part) => ask(form.action, { part, form: fields }),
    leave,
    explain,
  );
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
