/**
 * Forms and links that change a part of the page in its place. They say so by those few of htmx's
 * attributes that our templates use (hx-post, hx-get, hx-target, hx-swap="outerHTML" or "none",
 * hx-encoding, hx-trigger), and the page hears of it by htmx's names.
 */

import { ask, elementsOf } from "./ask.js";
import { withNews } from "./meanwhile.js";
import { tell } from "./page.js";
import { explain } from "./toasts.js";

const BUSY = "htmx-request";

/**
 * What the attribute `hx-target` of an element means.
 * @param {HTMLElement} element
 */
function targetOf(element) {
  const [, above, test] = /^(closest )?(.+)$/.exec(element.getAttribute("hx-target") || "") || [];
  if (!test) return element;
  return above ? element.closest(test) : document.querySelector(test);
}

/**
 * What a form sends; a form with files in it as such.
 * @param {HTMLFormElement} form
 * @param {HTMLElement|null} submitter
 */
export function valuesOf(form, submitter) {
  const data = new FormData(form, submitter);
  data.delete("csrfmiddlewaretoken");
  if (form.getAttribute("hx-encoding") === "multipart/form-data") return data;
  return new URLSearchParams(/** @type {[string, string][]} */ ([...data]));
}

/**
 * @param {HTMLElement} element with the attributes
 * @param {HTMLElement|null} [submitter]
 */
async function act(element, submitter = null) {
  const target = targetOf(element);
  if (!(target instanceof HTMLElement) || element.classList.contains(BUSY)) return;
  const url = element.getAttribute("hx-post") ?? element.getAttribute("hx-get") ?? "";
  const form = element instanceof HTMLFormElement ? valuesOf(element, submitter) : undefined;
  tell("htmx:beforeRequest", { target });
  element.classList.add(BUSY);
  try {
    await withNews(async () => {
      const response = await ask(url, { form, part: target.id });
      const html = await response.text();
      for (const [name, detail] of Object.entries(wordsOf(response))) tell(name, detail);
      const isSwapped = element.getAttribute("hx-swap") !== "none";
      if (isSwapped && target.isConnected) swap(target, html);
    });
  } catch (error) {
    explain(error);
  } finally {
    element.classList.remove(BUSY);
  }
}

/**
 * What the server says besides.
 * @param {Response} response
 * @returns {Record<string, any>}
 */
export const wordsOf = (response) => JSON.parse(response.headers.get("HX-Trigger") || "{}");

/**
 * The focus stays on what has the same id.
 * @param {HTMLElement} target
 * @param {string} html
 */
function swap(target, html) {
  tell("htmx:beforeSwap", { target });
  const focused = target.contains(document.activeElement) ? document.activeElement?.id : "";
  const fresh = elementsOf(html);
  target.replaceWith(...fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  tell("htmx:afterSwap", { target: fresh[0] || target, html });
}

export function keepFragments() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[hx-post]")) return;
    if (event.defaultPrevented) return;
    event.preventDefault();
    act(form, event.submitter);
  });
  document.addEventListener("change", (event) => {
    const form = /** @type {Element} */ (event.target).closest("[hx-post][hx-trigger~='change,']");
    if (form instanceof HTMLElement) act(form);
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("[hx-get]");
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act(link);
  });
}
