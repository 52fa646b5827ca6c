import { ask, elementsOf, Problem } from "./ask.js";
import { valuesOf, wordsOf } from "./forms.js";
import { addressOf, conversation, hear, tell, view } from "./page.js";
import { explain } from "./toasts.js";

/** The dialog in which one chooses what goes off. */
const dialog = () => /** @type {HTMLDialogElement} */ (document.getElementById("splitting"));

/** Offers what of the conversation on screen can go on in one of its own. */
export async function openSplit() {
  const id = conversation();
  const box = dialog();
  if (!id || box.open || !document.querySelector("[data-split]")) return;
  const response = await ask(`${addressOf(view(), id)}`.replace(/(\?.*)?$/, "split/"));
  const html = await response.text();
  if (conversation() !== id || box.open) return;
  const place = /** @type {HTMLElement} */ (box.querySelector(".splitting-place"));
  place.replaceChildren(...elementsOf(html));
  showRange();
  box.showModal();
  const chosen = /** @type {HTMLElement|null} */ (place.querySelector("input:checked"));
  chosen?.focus();
  chosen?.scrollIntoView({ block: "nearest" });
}

/** Marks what goes along between the first and the last that are chosen. */
function showRange() {
  const form = dialog().querySelector(".split-form");
  if (!form) return;
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
    form.querySelectorAll("input[name=seq]:checked")
  );
  const seqs = [...boxes].map(({ value }) => Number(value));
  const rows = /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-split-seq]"));
  for (const row of rows) {
    const seq = Number(row.dataset.splitSeq);
    row.classList.toggle("is-going", seq >= Math.min(...seqs) && seq <= Math.max(...seqs));
  }
  const button = /** @type {HTMLButtonElement} */ (form.querySelector(".split-do button"));
  button.disabled = !seqs.length;
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const wrong = /** @type {HTMLElement|null} */ (form.querySelector(".split-wrong"));
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  if (wrong) wrong.hidden = true;
  try {
    const response = await ask(form.action, { form: valuesOf(form, null), part: "head" });
    // The page goes on in another conversation: nothing must lie over that.
    dialog().close();
    for (const [name, detail] of Object.entries(wordsOf(response))) tell(name, detail);
  } catch (error) {
    if (!(error instanceof Problem) || !wrong || error.isLoggedOut) explain(error);
    else {
      wrong.textContent = error.status ? error.message : "No connection. Nothing was changed.";
      wrong.hidden = false;
    }
  } finally {
    form.removeAttribute("aria-busy");
  }
}

/** Listens to what is done in the dialog, and to the menu that opens it. */
export function keepSplitting() {
  const box = dialog();
  box?.addEventListener("change", showRange);
  box?.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches(".split-form, .split-back")) return;
    event.preventDefault();
    send(form);
  });
  // Lines are drawn for everybody: the way to the other one leads through the list on screen.
  const stay = (/** @type {Event} */ { target }) => {
    const link = /** @type {HTMLAnchorElement|null} */ (
      /** @type {Element} */ (target).closest("a.to-other")
    );
    const [, id] = link?.href.match(/\/(cv_\w+)\/$/) || [];
    if (link && id) link.href = addressOf(view(), id);
  };
  document.addEventListener("click", stay, { capture: true });
  document.addEventListener("click", (event) => {
    const way = /** @type {Element} */ (event.target).closest("[data-split]");
    if (!way) return;
    event.preventDefault();
    way.closest("details")?.removeAttribute("open");
    openSplit().catch(explain);
  });
  hear("inbox:arrived", ({ conversation: id }) => {
    const shown = /** @type {HTMLElement|null} */ (box?.querySelector("#split"));
    if (box?.open && shown?.dataset.conversation !== id) box.close();
  });
}
