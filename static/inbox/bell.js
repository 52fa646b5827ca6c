/** The bell: what waits for this teammate, on every screen of theirs alike. */

import { ask } from "./ask.js";
import { clearDevice, popUpByWorker } from "./devices.js";
import { addressOf, conversation, hear } from "./page.js";
import { go, put } from "./places.js";
import { explain, toast } from "./toasts.js";

const RING_MS = 2000;
const SEEN_AFTER_MS = 400;

let isOwed = false;
/** The version that the page was drawn with, until anything else is shown. */
let version = document.querySelector("[data-bell]")?.getAttribute("data-bell") || "";

const bell = () => /** @type {HTMLElement} */ (document.getElementById("bell"));
const details = () => bell().querySelector("details");

/** Takes the bell from the server again; one that is open is in somebody's hand. */
export async function refreshBell() {
  isOwed = details()?.open || false;
  if (isOwed) return;
  const response = await ask(bell().dataset.url || "", { part: "bell", known: version });
  version = "";
  if (response.status !== 304) show(await response.text());
}

/** @param {string} html */
function show(html) {
  version = "";
  if (details()?.open) {
    isOwed = true;
    return;
  }
  put(html);
  mark();
  clearOver();
}

/** What is seen to elsewhere need not stand on this device any more. */
function clearOver() {
  const names = [...waiting(), ...waitingBeside()];
  const isAll = !bell().querySelector("em")?.textContent?.endsWith("+");
  if (isAll) clearDevice((id) => !names.includes(id));
}

/** Where the views are behind a button, the button says that something waits. */
function mark() {
  document.body.toggleAttribute("data-waiting", Boolean(waiting().length || waitingBeside().length));
}

const waiting = () => (bell().dataset.conversations || "").split(" ").filter(Boolean);

/** The side conversations in which something waits. */
const waitingBeside = () => (bell().dataset.sides || "").split(" ").filter(Boolean);

/** The conversation on screen has been seen to, for what waited in it. */
export function clearShown() {
  const id = conversation();
  if (!id || document.visibilityState !== "visible" || !waiting().includes(id)) return;
  const form = new URLSearchParams({ conversation: id, is_quiet: "true" });
  ask(bell().dataset.url || "", { form, part: "bell" })
    .then((response) => response.text())
    .then(show)
    .catch(() => {});
}

/**
 * Something asks for this teammate: it sounds and pops up once, in whichever tab is first.
 * @param {{conversation: string, side?: string, title: string, body: string,
 *   is_cleared: boolean, at: number, has_sound: boolean, is_desktop: boolean}} frame
 */
export function ring(frame) {
  const open = document.getElementById("side")?.dataset.side || "";
  const isShown = frame.side ? frame.side === open : frame.conversation === conversation();
  const isSeen = isShown && document.visibilityState === "visible";
  const over = frame.side || frame.conversation;
  if (frame.is_cleared && over) clearDevice((id) => id === over);
  if (frame.is_cleared || isSeen) return;
  const alarm = () => {
    if (frame.has_sound) sound();
    if (frame.is_desktop) popUp(frame);
  };
  if (!navigator.locks) {
    alarm();
    return;
  }
  navigator.locks.request("counterfoil:ring", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    alarm();
    await new Promise((resolve) => setTimeout(resolve, RING_MS));
  });
}

function sound() {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.setValueAtTime(0.12, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.5);
    tone.frequency.setValueAtTime(660, context.currentTime);
    tone.frequency.setValueAtTime(880, context.currentTime + 0.12);
    tone.connect(volume).connect(context.destination);
    tone.onended = () => context.close();
    tone.start();
    tone.stop(context.currentTime + 0.5);
  } catch {
    // A browser without sound rings in silence.
  }
}

/** @param {{conversation: string, side?: string, title: string, body: string, at: number}} frame */
async function popUp({ conversation: id, side, title, body, at }) {
  const isAllowed = "Notification" in window && Notification.permission === "granted";
  if (!isAllowed || (document.visibilityState === "visible" && document.hasFocus())) return;
  const url = addressOf("all", id, side ? { side } : {});
  // Where this browser is notified without us, too, one and the same pop-up is meant.
  if (await popUpByWorker(title, { body, tag: side || id, data: { url, at } })) return;
  try {
    const popped = new Notification(title, { body, tag: side || id });
    popped.onclick = () => {
      window.focus();
      popped.close();
      go(url);
    };
  } catch {
    // Some browsers let only service workers do this.
  }
}

/** @param {{words: string, cleared: string[], url: string}} done */
function offerUndo({ words, cleared, url }) {
  const run = async () => {
    const form = new URLSearchParams(cleared.map((name) => ["restore", name]));
    try {
      const response = await ask(url, { form, part: "bell" });
      show(await response.text());
    } catch (error) {
      explain(error);
    }
  };
  toast(words, { action: { name: "Undo", run } });
}

/** @param {{words: string, names: string[], url: string}} done */
function offerReturn({ words, names, url }) {
  const run = async () => {
    const form = new URLSearchParams([["is_away", "false"], ...names.map((name) => ["take_back", name])]);
    try {
      const response = await ask(url, { form, part: "me" });
      put(await response.text());
    } catch (error) {
      explain(error);
    }
  };
  toast(words, { action: { name: "Undo", run } });
}

/** Keeps the bell true to what is on screen. */
export function keepBell() {
  /** @type {any} */
  let timer = 0;
  hear("inbox:arrived", () => {
    details()?.removeAttribute("open");
    // Whoever only passes has not seen to anything.
    clearTimeout(timer);
    timer = setTimeout(clearShown, SEEN_AFTER_MS);
  });
  hear("inbox:cleared", offerUndo);
  hear("inbox:given-back", offerReturn);
  document.addEventListener("visibilitychange", clearShown);
  document.addEventListener(
    "toggle",
    (event) => {
      const closed = /** @type {HTMLDetailsElement} */ (event.target);
      if (closed !== details() || closed.open || !isOwed) return;
      refreshBell().catch(() => {});
    },
    { capture: true },
  );
  document.addEventListener("htmx:afterSwap", () => {
    version = "";
    mark();
  });
  mark();
  clearOver();
  clearShown();
}
