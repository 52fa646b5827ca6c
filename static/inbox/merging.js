import { ask, elementsOf } from "./ask.js";
import { addressOf, conversation, hear, view } from "./page.js";
import { go } from "./places.js";
import { spaced } from "./spacing.js";
import { explain, toast } from "./toasts.js";

const FIND_AFTER_MS = 200;

/** The dialog in which one chooses what to merge into. */
const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("merging"));

/**
 * Offers what the conversation on screen, or its customer, can be merged with.
 * @param {string} what as the link that leads there names it
 */
export async function openMerge(what = "merge/") {
  const id = conversation();
  const box = dialog();
  if (!id || box.open || !document.querySelector(`[data-merge="${what}"]`)) return;
  const response = await ask(addressOf(view(), id).replace(/(\?.*)?$/, what));
  const html = await response.text();
  if (conversation() !== id || box.open) return;
  const place = /** @type {HTMLElement} */ (box.querySelector(".merging-place"));
  place.replaceChildren(...elementsOf(html));
  box.showModal();
  /** @type {HTMLElement|null} */ (place.querySelector("input[type=search]"))?.focus();
}

/** Offers what has the words in the field; they may have changed while the server was asked. */
async function find() {
  const field = /** @type {HTMLInputElement|null} */ (dialog().querySelector("#merge-q"));
  if (!field?.form) return;
  const { value } = field;
  const query = new URLSearchParams({ q: value });
  const response = await ask(`${field.form.action}?${query}`, { part: "merge-offers" });
  const html = await response.text();
  if (!field.isConnected || field.value !== value) return;
  document.getElementById("merge-offers")?.replaceWith(...elementsOf(html));
}

const findSoon = spaced(() => find().catch(explain), FIND_AFTER_MS, FIND_AFTER_MS);

/**
 * A part's messages are fetched when somebody wants to see them.
 * @param {HTMLElement} box
 * @param {string} query which stretch
 */
async function fill(box, query = "") {
  const id = conversation();
  if (box.getAttribute("aria-busy") === "true") return;
  box.setAttribute("aria-busy", "true");
  try {
    const whole = box.closest("[data-part-body]")?.getAttribute("data-part-body") || id;
    const address = addressOf(view(), whole).replace(/(\?.*)?$/, `parts/${box.dataset.part}/`);
    const response = await ask(address + query);
    const html = await response.text();
    if (!box.isConnected) return;
    const [fresh] = elementsOf(html);
    const old = box.querySelector(".part-body");
    if (old && query) {
      // What is further up comes before what is there.
      old.querySelector(".older")?.remove();
      old.before(fresh);
    } else box.replaceChildren(fresh);
  } catch (error) {
    box.replaceChildren(failed(box, /** @type {Error} */ (error).message));
  } finally {
    box.removeAttribute("aria-busy");
  }
}

/**
 * @param {HTMLElement} box
 * @param {string} words
 */
function failed(box, words) {
  const said = document.createElement("p");
  const again = document.createElement("button");
  said.className = "part-failed";
  said.setAttribute("role", "alert");
  again.type = "button";
  again.className = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => fill(box));
  said.append(`${words} `, again);
  return said;
}

/** Opens the part that the address names. */
function seekPart() {
  const [, id] = location.hash.match(/^#part-(cv_\w+)$/) || [];
  const box = id && document.querySelector(`[data-part="${CSS.escape(id)}"]`);
  if (!box) return;
  history.replaceState(null, "", location.pathname + location.search);
  const details = /** @type {HTMLDetailsElement} */ (box.closest("details"));
  details.open = true;
  details.scrollIntoView({ block: "center" });
}

/** Keeps merges on screen true: parts that are opened, conversations that became one. */
export function keepMerging() {
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.open) return;
      const box = /** @type {HTMLElement|null} */ (target.querySelector(":scope > [data-part]"));
      if (box && !box.querySelector(".part-body")) fill(box);
    },
    true,
  );
  dialog()?.addEventListener("input", findSoon);
  dialog()?.addEventListener("submit", (event) => {
    if (!(/** @type {Element} */ (event.target).matches(".merge-search"))) return;
    event.preventDefault();
    findSoon();
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const older = target.closest("[data-part-older]");
    const box = older?.closest("[data-part]");
    if (older && box) fill(/** @type {HTMLElement} */ (box), older.getAttribute("data-part-older") || "");
    const way = target.closest("[data-merge]");
    if (way) {
      event.preventDefault();
      way.closest("details")?.removeAttribute("open");
      openMerge(way.getAttribute("data-merge") || undefined).catch(explain);
    }
  });
  hear("htmx:afterSwap", ({ target }) => {
    // The comparison took the place of the search, or the record tells of what was merged.
    if (target.id === "merge") target.querySelector("button, a")?.focus();
    if (target.id === "about" && dialog().open) dialog().close();
  });
  hear("inbox:merged", ({ conversation: id, into }) => {
    if (dialog().open) dialog().close();
    if (conversation() === id && into !== id) go(addressOf(view(), into));
  });
  hear("inbox:unmerged", ({ conversation: id }) => {
    // It is no part of what is on screen any more; the line about it stays.
    document.querySelector(`details.part:has(> [data-part="${CSS.escape(id)}"])`)?.remove();
  });
  hear("inbox:arrived", seekPart);
  seekPart();
}

/**
 * Somebody else has merged what is on screen.
 * @param {{conversation: string}} frame
 */
export function follow({ conversation: id }) {
  if (conversation() !== id) return;
  // Who has just merged it hears so anyway, with a way back.
  if (!dialog().open) toast("This conversation was merged into another.");
  // The server knows where it leads to: not everybody sees the other one.
  go(addressOf(view(), id));
}
