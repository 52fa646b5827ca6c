/** Asking the server again for what is on screen: the lists and counts, the head, the record. */

import { ask, Problem } from "./ask.js";
import { clearShown, refreshBell } from "./bell.js";
import { list } from "./list.js";
import { withNews } from "./meanwhile.js";
import { addressOf, conversation, home, isAsked, tell, view } from "./page.js";
import { entitle, put } from "./places.js";
import { showRecord } from "./record.js";
import { spaced, spacedWhileSeen } from "./spacing.js";
import { thread } from "./thread.js";
import { toast } from "./toasts.js";

const COUNTS_EVERY_MS = 3000;
const COUNTS_SOON_MS = 250;
const LIST_EVERY_MS = 5000;
const HEAD_SOON_MS = 150;

let isHeadOwed = false;

/** @param {() => Promise<unknown>|undefined|null} work that may fail: the next round is near */
export async function quietly(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.isLoggedOut) tell("inbox:logged-out");
    if (error instanceof Problem && error.status === 404) vanish();
    return false;
  }
}

/** The conversation on screen is no longer there for this teammate. */
export async function vanish() {
  const slug = view();
  const gone = conversation();
  if (!gone) return;
  const response = await ask(addressOf(slug), { part: "conversation" }).catch(() => null);
  if (!response || conversation() !== gone) return;
  put(await response.text());
  history.replaceState(null, "", addressOf(slug));
  tell("inbox:arrived", { view: slug, conversation: "" });
  toast("This conversation has moved to where you cannot see it.");
}

/** Makes the whole screen true again: after a gap, a sleep, a change of access. */
export function refreshAll() {
  headSoon();
  return Promise.all([refreshLists(), quietly(() => thread()?.catchUp())]);
}

/** What no version tells of: the conversation itself is asked for by its own. */
export function refreshLists() {
  countsSoon();
  bellSoon();
  return quietly(refreshList);
}

/** Nothing was heard for a while. */
export function catchUp() {
  refreshAll();
  recordSoon();
  tell("inbox:resumed");
}

export async function refreshList() {
  try {
    await list().refresh();
  } catch (error) {
    // The list itself is gone: a team that this teammate may not see any more.
    if (error instanceof Problem && error.status === 404) location.assign(home);
    throw error;
  }
}

export const listSoon = spacedWhileSeen(() => quietly(refreshList), LIST_EVERY_MS, COUNTS_SOON_MS);

export const countsSoon = spacedWhileSeen(
  () =>
    quietly(async () => {
      const response = await ask(addressOf(view()), { part: "views" });
      putViews(await response.text());
      showCount();
    }),
  COUNTS_EVERY_MS,
  COUNTS_SOON_MS,
);

/**
 * What has the focus in the rail, or is dragged through it, is in somebody's hand.
 * @param {string} html
 */
function putViews(html) {
  if (document.querySelector("#views .is-dragged")) return;
  const focused = document.activeElement?.closest("#views a");
  const href = focused?.getAttribute("href");
  put(html);
  if (!href) return;
  /** @type {HTMLElement|null} */ (
    document.querySelector(`#views a[href="${CSS.escape(href)}"]`)
  )?.focus({ preventScroll: true });
}

export const headSoon = spaced(
  () => quietly(() => withNews(refreshHead)),
  HEAD_SOON_MS,
  HEAD_SOON_MS,
);

async function refreshHead() {
  const id = conversation();
  if (!id) return;
  const response = await ask(addressOf(view(), id), { part: "head" });
  const html = await response.text();
  if (conversation() === id) showHead(html);
}

/**
 * Puts a newer head in place of the one on screen, unless somebody is in the middle of it.
 * @param {string} html
 */
export function showHead(html) {
  // An open menu is in somebody's hand, and a form that waits for its answer must be there to
  // take it: the answer is a new head itself.
  isHeadOwed = document.querySelector("#head :is(details[open], .htmx-request)") !== null;
  if (isHeadOwed) return;
  const title = put(html).querySelector("h2")?.textContent || "";
  const shown = /** @type {HTMLElement} */ (document.getElementById("conversation")).dataset;
  // The customer goes by another name, which stands in more places than these.
  if (shown.title !== title) redrawSoon();
  shown.title = title;
  entitle();
}

/** What else a whole new page says differently; how to show that is learned when it is needed. */
export const redrawSoon = spacedWhileSeen(
  () => quietly(async () => {
    const response = await ask(location.href);
    const { redraw } = await import(document.body.dataset.redraw || "");
    redraw(await response.text());
    tell("inbox:redrawn");
  }),
  LIST_EVERY_MS,
  COUNTS_SOON_MS,
);

export const recordSoon = spaced(() => quietly(() => withNews(refreshRecord)), HEAD_SOON_MS, HEAD_SOON_MS);

/** What is known of the customer has grown; the panel itself stays, and with it where it floats. */
async function refreshRecord() {
  const id = conversation();
  if (!id) return;
  const response = await ask(addressOf(view(), id), { part: "record" });
  const html = await response.text();
  if (conversation() === id) showRecord(html);
}

export const bellSoon = spaced(
  () => quietly(() => refreshBell().then(clearShown)),
  HEAD_SOON_MS,
  COUNTS_SOON_MS,
);

/** @param {any} state */
export function isRecordOld(state) {
  const shown = /** @type {HTMLElement|null} */ (document.querySelector(".record-body"));
  return shown !== null && shown.dataset.rating !== String(state.rating ?? "");
}

/**
 * Whether the record on screen names this other conversation, or should: its customer's own.
 * @param {{conversation: string, state?: any}} frame
 */
export function isBeside({ conversation: id, state }) {
  const shown = /** @type {HTMLElement|null} */ (document.querySelector(".record-body"));
  return shown !== null
    && (shown.dataset.contact === state?.contact || shown.querySelector(`[href*="/${id}/"]`) !== null);
}

/** @param {Event} event */
export function payHead(event) {
  if (!isHeadOwed || !(event.target instanceof HTMLDetailsElement) || event.target.open) return;
  isHeadOwed = false;
  headSoon();
}

/** The list's name, and the number beside it, are those of its view in the rail. */
export function showCount() {
  const current = document.querySelector(`#views [data-view="${CSS.escape(view())}"]`);
  const own = document.getElementById("views")?.dataset.count;
  const count = isAsked() && own !== undefined ? own : current?.querySelector("em")?.textContent || "";
  const place = document.querySelector(".list-count");
  if (place && place.textContent !== count) place.textContent = count;
  const name = current?.querySelector(".grow")?.textContent;
  const title = document.getElementById("list-title");
  if (name && title && title.textContent !== name) title.textContent = name;
  if (current?.hasAttribute("aria-current")) return;
  for (const link of document.querySelectorAll("#views [aria-current]")) {
    link.removeAttribute("aria-current");
  }
  current?.setAttribute("aria-current", "page");
}

/** @param {any} state */
export function isHeadOld(state) {
  const head = document.getElementById("head")?.dataset;
  if (!head) return false;
  return (
    head.status !== state.status ||
    head.assignee !== (state.assignee || "") ||
    head.team !== (state.team || "") ||
    head.priority !== state.priority ||
    head.tags !== state.tags.join(", ") ||
    head.due !== state.due_at ||
    Boolean(head.waiting) !== Boolean(state.waiting_since) ||
    (head.snoozed || "") !== (state.snoozed_until || "") ||
    ("upset" in head) !== Boolean(state.is_upset)
  );
}
