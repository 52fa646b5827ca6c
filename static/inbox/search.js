/** The page of results: searched again while typing, walked through by keys. */

import { keepTimes } from "../shared/times.js";
import { ask, elementsOf } from "./ask.js";
import { tellZone } from "./zones.js";

const PAUSE_MS = 250;

const form = /** @type {HTMLFormElement} */ (document.querySelector(".search-form"));
const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
const results = () => /** @type {HTMLElement} */ (document.getElementById("results"));
const said = /** @type {HTMLElement} */ (document.querySelector("[data-said]"));

/** @type {AbortController|null} */
let asking = null;
/** @type {any} */
let pause;
let shown = address();

function address() {
  const query = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  return `${form.action}?${query}`;
}

/** @returns {HTMLAnchorElement[]} */
const links = () => [
  .../** @type {NodeListOf<HTMLAnchorElement>} */ (
    results().querySelectorAll(".result-person, .hit-link")
  ),
];

/** Takes the results of what the field holds now; the address follows, so that one can go back. */
async function search() {
  const url = address();
  if (url === shown) return;
  shown = url;
  asking?.abort();
  const mine = (asking = new AbortController());
  results().setAttribute("aria-busy", "true");
  try {
    const response = await ask(url, { part: "results", signal: mine.signal });
    const [fresh] = elementsOf(await response.text());
    if (mine.signal.aborted) return;
    results().replaceWith(fresh);
    history.replaceState(null, "", url);
    const count = fresh.querySelectorAll(".hit").length;
    said.textContent = count ? `${count} conversations found` : "Nothing was found";
  } catch (error) {
    if (mine.signal.aborted) return;
    results().removeAttribute("aria-busy");
    said.textContent = "";
    // The plain page says what is wrong, and lets one try again.
    const retry = document.createElement("p");
    retry.className = "results-notice";
    retry.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = url;
    link.className = "button";
    link.textContent = "Try again";
    retry.append(`${/** @type {Error} */ (error).message} `, link);
    results().prepend(retry);
    shown = "";
  }
}

/** @param {number} step */
function walk(step) {
  const all = links();
  const at = all.indexOf(/** @type {any} */ (document.activeElement));
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (next) next.focus();
  else if (at === 0) field.focus();
}

field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(search, PAUSE_MS);
});
form.addEventListener("change", (event) => {
  if (event.target !== field) search();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(pause);
  // Whoever asks again for what was not there is looking for what came since.
  if (!links().length) shown = "";
  search();
  if (event.submitter === null) links()[0]?.focus();
});
// What is typed by now goes along when one looks elsewhere.
document.querySelector("[data-scope]")?.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const url = new URL(link.href);
  url.searchParams.set("q", field.value);
  url.searchParams.set("order", String(new FormData(form).get("order") || "newest"));
  link.href = url.href;
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target === field;
  const { key } = event;
  if (key === "ArrowDown" || (!isTyping && key === "j")) walk(1);
  else if (!isTyping && (key === "ArrowUp" || key === "k")) walk(-1);
  else if (!isTyping && key === "/") field.focus();
  else if (key === "Escape" && !isTyping) field.focus();
  else return;
  event.preventDefault();
});

keepTimes();
tellZone();
field.setSelectionRange(field.value.length, field.value.length);
