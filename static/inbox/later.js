/** Replies that wait: shown over the composer, and taken back from there. */

import { ask, elementsOf, Problem } from "./ask.js";
import { composer } from "./composer.js";
import { addressOf, conversation, hear, view } from "./page.js";
import { go, put } from "./places.js";
import { explain, toast } from "./toasts.js";

const GRACE_MS = 60;
const SAID_MS = 4000;
/** setTimeout knows no longer wait; what is further away is the server's to send anyway. */
const SOON_MS = 120000;

/** Address of a held reply → the timer that lets it go. @type {Map<string, any>} */
const timers = new Map();

/** How often it was asked what waits, and which of the answers is on screen. */
let asked = 0;
let shownTurn = 0;

/**
 * Answers come in any order: what was asked last is right.
 * @returns {(html: string) => void} shows the answer, unless it is overtaken
 */
export function question() {
  asked += 1;
  const turn = asked;
  return (html) => show(html, turn);
}

/**
 * Lets a held reply go when its moment is over. When this page is gone by then, the server does.
 * @param {string} url
 * @param {string} dueAt
 */
function letGo(url, dueAt) {
  const wait = new Date(dueAt).getTime() - Date.now();
  if (timers.has(url) || wait > SOON_MS) return;
  // Where the server was faster it says no, and tells nobody: what is held is its author's alone.
  const release = () => act(url, { do: "send" }).catch(refresh);
  timers.set(url, setTimeout(release, Math.max(0, wait) + GRACE_MS));
}

/**
 * @param {string} url of one reply that waits
 * @param {Record<string, string>} form what is done with it
 */
async function act(url, form) {
  clearTimeout(timers.get(url));
  held.delete(url);
  const answer = question();
  try {
    const response = await ask(url, { form });
    answer(await response.text());
  } finally {
    if (form.do !== "put-off") timers.delete(url);
  }
}

/**
 * @param {string} html what waits in a conversation now
 * @param {number} turn
 */
function show(html, turn) {
  const [fresh] = elementsOf(html);
  if (fresh.dataset.conversation === conversation()) {
    if (turn > shownTurn) put(html);
    shownTurn = Math.max(turn, shownTurn);
    return;
  }
  const id = fresh.dataset.conversation || "";
  const stopped = fresh.querySelector(".is-held:not(.is-waiting) b");
  if (!stopped) return;
  const open = { name: "Open", run: () => go(addressOf(view(), id)) };
  toast(stopped.textContent || "", { tone: "bad", action: open });
}

/**
 * Stops a reply; its words are in the composer again.
 * @param {string} url
 */
async function takeBack(url) {
  const open = composer();
  try {
    await open?.keeper?.allSaved();
    await act(url, { do: "take-back" });
    await composer()?.look();
    composer()?.focusOn("reply");
  } catch (error) {
    explain(error);
    refresh();
  }
}

/** The list over the composer. */
export class LaterMessages extends HTMLElement {
  connectedCallback() {
    for (const field of this.querySelectorAll("input[data-timezone]")) {
      /** @type {HTMLInputElement} */ (field).value =
        Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
    for (const item of this.items()) {
      if (item.classList.contains("is-held")) letGo(item.dataset.url || "", item.dataset.due || "");
    }
    this.addEventListener("submit", (event) => this.submitted(event));
  }

  /** @returns {HTMLElement[]} */
  items() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-later]"))];
  }

  /** The reply that can still be taken back, the last one of several. */
  held() {
    return this.items().findLast((item) => item.matches(".is-held.is-waiting"));
  }

  /** @param {SubmitEvent} event */
  async submitted(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const data = new FormData(form, event.submitter);
    data.delete("csrfmiddlewaretoken");
    const wish = /** @type {Record<string, string>} */ (Object.fromEntries(data));
    const url = form.getAttribute("action") || "";
    if (wish.do === "take-back" && event.submitter?.textContent !== "Call off") {
      await takeBack(url);
      return;
    }
    try {
      await act(url, wish);
      if (wish.do === "discard") offerBack(url);
    } catch (error) {
      explain(error);
      refresh();
    }
  }
}

/** @param {string} url of a reply that was discarded */
function offerBack(url) {
  const run = () => act(url, { do: "restore" }).catch(explain);
  toast("Discarded.", { action: { name: "Undo", run } });
}

const shown = () => {
  const element = document.getElementById("later");
  return element instanceof LaterMessages ? element : null;
};

/** Sends what is held at once: its author is sure. */
export function sendHeld() {
  const item = shown()?.held();
  if (item) act(item.dataset.url || "", { do: "send" }).catch(explain);
}

async function refresh() {
  const id = conversation();
  if (!id) return;
  const answer = question();
  const response = await ask(addressOf(view(), id), { part: "later" }).catch(() => null);
  if (response) answer(await response.text());
}

/**
 * The server has a reply and keeps it.
 * @param {import("./outbox.js").Item} item
 * @param {{later: string, is_held: boolean, due_at: string, said: string, html: string,
 *   place: (html: string) => void}} answer
 */
export function keptForLater(item, answer) {
  const url = item.url.replace(/messages\/$/, `later/${answer.later}/`);
  answer.place(answer.html);
  if (answer.is_held) {
    letGo(url, answer.due_at);
    held.set(url, { item, dueAt: new Date(answer.due_at).getTime() });
    if (item.conversation === conversation()) whisper("Goes out in a moment. Control Z takes it back.");
    else offerToUndo();
    return;
  }
  const at = new Date(answer.due_at).toLocaleString(undefined, {
    ...{ weekday: "short", day: "numeric", month: "short" },
    ...{ hour: "2-digit", minute: "2-digit" },
  });
  const run = () => takeBackAt(item, url);
  toast(answer.said || `Goes out ${at}.`, { action: { name: "Undo", run } });
}

/**
 * Address of a held reply → what it was. The line over the composer takes it back; a toast does
 * where that line is not on screen.
 * @type {Map<string, {item: import("./outbox.js").Item, dueAt: number}>}
 */
const held = new Map();

/** Offers by a toast what the line over the composer no longer does. */
function offerToUndo() {
  for (const [url, { item, dueAt }] of held) {
    if (dueAt > Date.now() && item.conversation === conversation()) continue;
    held.delete(url);
    if (dueAt <= Date.now()) continue;
    const run = () => takeBackAt(item, url);
    toast("Goes out in a moment.", { action: { name: "Undo", run } });
  }
}

/**
 * Says to screen readers what others see.
 * @param {string} words
 */
function whisper(words) {
  const element = document.createElement("div");
  element.className = "sr";
  element.textContent = words;
  document.getElementById("toasts")?.append(element);
  setTimeout(() => element.remove(), SAID_MS);
}

/**
 * @param {import("./outbox.js").Item} item
 * @param {string} url
 */
async function takeBackAt(item, url) {
  if (item.conversation !== conversation()) await go(addressOf(view(), item.conversation));
  await takeBack(url);
}

/**
 * Ctrl+Z takes back what is held, or what a toast offers to undo, unless there is something in the
 * box to undo.
 * @param {KeyboardEvent} event
 */
function undoByKey(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!isUndo || event.key.toLowerCase() !== "z" || event.defaultPrevented) return;
  const { target } = event;
  const isField = target instanceof HTMLElement && target.matches("input, textarea, select");
  if (isField && /** @type {HTMLInputElement} */ (target).value) return;
  const item = shown()?.held();
  const offer = /** @type {HTMLElement|undefined} */ (
    [...document.querySelectorAll("#toasts button")].findLast(({ textContent }) => textContent === "Undo")
  );
  if (!item && !offer) return;
  event.preventDefault();
  if (item) takeBack(item.dataset.url || "");
  else offer?.click();
}

/**
 * Whether this teammate's replies wait a moment.
 * @param {HTMLInputElement} choice
 */
async function chooseHolding(choice) {
  const box = composer();
  try {
    await ask(choice.dataset.url || "", { form: choice.checked ? { is_on: "true" } : {} });
    if (box) box.dataset.hold = choice.checked ? choice.dataset.seconds : "0";
  } catch (error) {
    choice.checked = !choice.checked;
    if (error instanceof Problem) explain(error);
  }
}

export function keepLater() {
  customElements.define("later-messages", LaterMessages);
  document.addEventListener("keydown", undoByKey);
  document.addEventListener("change", (event) => {
    const choice = /** @type {HTMLInputElement} */ (event.target);
    if (choice.matches?.("[data-holding]")) chooseHolding(choice);
  });
  hear("inbox:later", (frame) => {
    if (frame.conversation === conversation()) refresh();
  });
  hear("inbox:resumed", refresh);
  hear("inbox:arrived", () => {
    shownTurn = asked;
    offerToUndo();
  });
  hear("inbox:send-held", sendHeld);
}
