import { ask, elementsOf, Problem } from "./ask.js";
import { withNews } from "./meanwhile.js";
import { Kept, memory, nameOf } from "./memory.js";
import { addressOf, app, conversation, filter, hear, isWide, order, parse, tell, view } from "./page.js";
import { afterPaint, payOff } from "./painting.js";
import { explain, toast } from "./toasts.js";

const BUSY_AFTER_MS = 150;

/** @type {AbortController|null} */
let going = null;

/**
 * Puts a fragment in the place of the element with its id.
 * @param {string} html
 * @returns {HTMLElement} what is there now
 */
export function put(html) {
  const [fresh] = elementsOf(html);
  learn(fresh);
  document.getElementById(fresh.id)?.replaceWith(fresh);
  return fresh;
}

/** The parts of a conversation that are drawn anew while it is on screen. */
const PARTS = ["head", "about", "later"];

/**
 * What is on screen is what will be remembered.
 * @param {HTMLElement} fresh as the server drew it
 */
function learn(fresh) {
  if (!PARTS.includes(fresh.id)) return;
  tell("inbox:news");
  memory.shown(conversation())?.change((part) => {
    part.querySelector(`#${fresh.id}`)?.replaceWith(fresh.cloneNode(true));
  });
}

/** @param {boolean} isBusy */
function showBusy(isBusy) {
  document.body.toggleAttribute("data-busy", isBusy);
}

/**
 * Goes to an address of the inbox without loading the page anew: another conversation of the same
 * list, or another list.
 *
 * @param {string} url
 * @param {{push?: boolean}} [options]
 */
export async function go(url, { push = true } = {}) {
  const place = parse(url);
  if (!place) {
    location.assign(url);
    return;
  }
  payOff();
  going?.abort();
  const journey = (going = new AbortController());
  const isSameList = place.view === view() && place.order === order()
    && isSameFilter(place.filter);
  const part = isSameList ? "conversation" : "room";
  // What is said beside a conversation is told only to those who have it on screen.
  const isKept = isSameList && place.conversation && !place.side;
  const busy = setTimeout(showBusy, BUSY_AFTER_MS, true);
  tell("inbox:leaving", place);
  try {
    const coming = isSameList ? memory.coming(nameOf(url)) : null;
    if (coming) await coming;
    if (journey.signal.aborted) return;
    const kept = isKept ? memory.get(nameOf(url)) : null;
    if (kept) {
      paint(kept, url, place, { push });
      return;
    }
    const answer = memory.await(place.conversation);
    await withNews(async () => {
      const response = await ask(url, { part, signal: journey.signal });
      const html = await response.text();
      if (journey.signal.aborted) return;
      // What was merged leads to what it is a part of.
      const there = response.redirected ? response.url : url;
      if (!parse(there)) {
        // A part whose whole this teammate may not see: a page of its own, to read.
        location.assign(there);
        return;
      }
      if (push) history.pushState(null, "", there);
      if (isKept && !response.redirected) {
        const copy = document.createDocumentFragment();
        copy.append(...elementsOf(html));
        const version = response.headers.get("ETag") || "";
        memory.keep(nameOf(url), new Kept(place.conversation, copy, version), answer);
      }
      arrive(elementsOf(html)[0], there, parse(there) || place);
    }).finally(() => memory.drop(answer));
  } catch (error) {
    if (journey.signal.aborted) return;
    stay(error, url, { push });
  } finally {
    if (going === journey) {
      clearTimeout(busy);
      showBusy(false);
    }
  }
}

/**
 * The same question may be written in another way.
 * @param {string} wanted
 */
function isSameFilter(wanted) {
  if (wanted === filter()) return true;
  try {
    return JSON.stringify(JSON.parse(wanted)) === JSON.stringify(JSON.parse(filter()));
  } catch {
    return false;
  }
}

/**
 * Shows a conversation as it is remembered; it is made true once its changes are told.
 * @param {import("./memory.js").Kept} kept
 * @param {string} url
 * @param {{view: string, conversation: string}} place
 * @param {{push: boolean}} options
 */
function paint(kept, url, place, { push }) {
  const fresh = /** @type {HTMLElement} */ (kept.take().firstElementChild);
  fresh.querySelector("inbox-thread")?.toggleAttribute("data-remembered", true);
  // The messages are looked for first, the customer beside them a frame later.
  const record = fresh.querySelector(".record-body");
  record?.toggleAttribute("data-waits", true);
  afterPaint(() => record?.removeAttribute("data-waits"));
  // A message or a part that the address names is looked up there.
  if (push && url.includes("#")) history.pushState(null, "", url);
  else if (push) afterPaint(() => history.pushState(null, "", url));
  arrive(fresh, url, place);
}

/**
 * @param {HTMLElement} fresh
 * @param {string} url
 * @param {{view: string, conversation: string}} place
 */
function arrive(fresh, url, place) {
  memory.here = nameOf(url);
  document.getElementById(fresh.id)?.replaceWith(fresh);
  app().dataset.pane = place.conversation ? "thread" : "list";
  /** @type {HTMLElement|null} */ (document.querySelector("#rail:popover-open"))?.hidePopover();
  afterPaint(entitle);
  tell("inbox:arrived", place);
  if (!isWide()) focusPane(place);
}

/**
 * Where one pane is shown at a time, the focus must not stay behind in the one that left.
 * @param {{view: string, conversation: string}} place
 */
function focusPane({ conversation: id }) {
  const target = id ? "thread-title" : "list";
  document.getElementById(target)?.focus({ preventScroll: true });
}

/**
 * @param {unknown} error
 * @param {string} url
 * @param {{push: boolean}} options
 */
function stay(error, url, options) {
  tell("inbox:arrived", { view: view(), conversation: conversation() });
  if (error instanceof Problem && error.status === 0) {
    const again = { name: "Try again", run: () => go(url, options) };
    toast("No connection. What you see may be old.", { tone: "bad", action: again });
    return;
  }
  explain(error);
}

/** The window's title: what is shown. */
export function entitle() {
  const shown = document.getElementById("conversation")?.dataset.title || "Inbox";
  document.title = `${shown} · Counterfoil`;
}

/** Leaves the conversation and shows its list alone. */
export function leave() {
  if (conversation()) go(addressOf(view()));
}

/** @param {MouseEvent} event */
function follow(event) {
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
  const link = /** @type {Element} */ (event.target).closest?.("a[href]");
  if (!isPlain || event.defaultPrevented || !(link instanceof HTMLAnchorElement)) return;
  if (link.target || !parse(link.href)?.isPlain) return;
  event.preventDefault();
  if (link.classList.contains("back")) leave();
  else go(link.href);
}

/** Makes the links and the browser's own back button go without loading the page anew. */
export function keepPlaces() {
  memory.here = nameOf(location.href);
  document.addEventListener("click", follow);
  window.addEventListener("popstate", () => go(location.href, { push: false }));
  document.addEventListener("htmx:afterSwap", (event) => {
    const { html } = /** @type {CustomEvent} */ (event).detail;
    for (const fresh of elementsOf(html || "")) learn(fresh);
  });
  hear("inbox:undone", (html) => {
    const [fresh] = elementsOf(html);
    if (fresh.dataset.conversation === conversation()) put(html);
    tell("inbox:changed");
  });
  if (!isWide()) return;
  document.querySelector('#rows [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}
