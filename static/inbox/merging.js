import { ask, elementsOf } from "./ask.js";
import { addressOf, conversation, hear, view } from "./page.js";
import { go } from "./places.js";
import { explain, toast } from "./toasts.js";

/** The dialog in which one chooses what to merge into. */
const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("merging"));

/** Offers what the conversation on screen can be merged into. */
export async function openMerge() {
  const id = conversation();
  const box = dialog();
  if (!id || box.open || !document.querySelector("[data-merge]")) return;
  const response = await ask(`${addressOf(view(), id)}`.replace(/(\?.*)?$/, "merge/"));
  const html = await response.text();
  if (conversation() !== id || box.open) return;
  const place = /** @type {HTMLElement} */ (box.querySelector(".merging-place"));
  place.replaceChildren(...elementsOf(html));
  /** @type {any} */ (window).htmx?.process(place);
  box.showModal();
  /** @type {HTMLElement|null} */ (place.querySelector("input[type=search]"))?.focus();
}

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
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const older = target.closest("[data-part-older]");
    const box = older?.closest("[data-part]");
    if (older && box) fill(/** @type {HTMLElement} */ (box), older.getAttribute("data-part-older") || "");
    const way = target.closest("[data-merge]");
    if (way) {
      event.preventDefault();
      way.closest("details")?.removeAttribute("open");
      openMerge().catch(explain);
    }
  });
  hear("inbox:merged", ({ conversation: id, into }) => {
    if (dialog().open) dialog().close();
    if (conversation() === id && into !== id) go(addressOf(view(), into));
  });
  hear("inbox:arrived", seekPart);
  seekPart();
}

/**
 * Somebody else has merged what is on screen.
 * @param {{conversation: string, into: string}} frame
 */
export function follow({ conversation: id, into }) {
  if (conversation() !== id) return;
  // Who has just merged it hears so anyway, with a way back.
  if (!dialog().open) toast("This conversation was merged. It goes on here.");
  go(addressOf(view(), into));
}
