/** Makes true what was painted from memory, and keeps the memory true to what is on screen. */

import { ask, elementsOf, Problem } from "./ask.js";
import { composer } from "./composer.js";
import { Kept, memory, nameOf } from "./memory.js";
import { withNews } from "./meanwhile.js";
import { conversation, hear, tell } from "./page.js";
import { put } from "./places.js";
import { showRecord } from "./record.js";
import { showHead, vanish } from "./refreshing.js";
import { thread } from "./thread.js";

/** @type {AbortController|null} */
let checking = null;
/**
 * What is on screen and was drawn before its changes were told: the server is asked once they are,
 * so that nothing is missed between the two.
 * @type {{url: string, kept: Kept}|null}
 */
let owed = null;
/** How often something newer came to the parts of the conversation by another way. */
let news = 0;

const SECRETS = /name="(csrfmiddlewaretoken|client_id)" value="[^"]*"/g;
const TIMES = />[^<]*<\/time>/g;

/**
 * What an element shows, without what differs in every answer.
 * @param {Element|null} element
 */
const shownBy = (element) => (element?.outerHTML || "").replace(SECRETS, "").replace(TIMES, "");

/**
 * @param {string} url
 * @param {import("./memory.js").Kept} kept what is on screen
 */
async function check(url, kept) {
  const { signal } = (checking = new AbortController());
  const before = news;
  try {
    await withNews(async () => {
      const response = await ask(url, { part: "conversation", known: kept.version, signal });
      if (signal.aborted || conversation() !== kept.id) return;
      if (response.status === 304) {
        thread()?.settled();
        return;
      }
      const part = document.createDocumentFragment();
      part.append(...elementsOf(await response.text()));
      if (signal.aborted || conversation() !== kept.id) return;
      const fresh = /** @type {DocumentFragment} */ (part.cloneNode(true));
      const log = fresh.querySelector("inbox-thread");
      if (news === before) {
        makeTrue(kept.part, fresh);
        const version = response.headers.get("ETag") || "";
        memory.keep(nameOf(url), new Kept(kept.id, part, version));
      } else memory.forget(kept.id);
      if (log instanceof HTMLElement) await thread()?.become(log);
    });
  } catch (error) {
    if (signal.aborted) return;
    thread()?.settled();
    memory.forget(kept.id);
    if (error instanceof Problem && error.isLoggedOut) tell("inbox:logged-out");
    if (error instanceof Problem && error.status === 404) await vanish();
  }
}

/**
 * Shows what differs. An answer that something else has overtaken must not come here.
 * @param {DocumentFragment} old what was painted
 * @param {DocumentFragment} fresh
 */
function makeTrue(old, fresh) {
  const isNew = (/** @type {string} */ id) =>
    shownBy(old.querySelector(id)) !== shownBy(fresh.querySelector(id));
  const html = (/** @type {string} */ id) => fresh.querySelector(id)?.outerHTML || "";
  if (isNew("#head")) showHead(html("#head"));
  if (isNew("#about")) showRecord(html("#about"));
  if (isNew("#later")) put(html("#later"));
  const written = fresh.querySelector("inbox-composer");
  if (written instanceof HTMLElement) composer()?.meetAll(JSON.parse(written.dataset.begun || "{}"));
}

/**
 * What happened in a conversation while it was on screen belongs to what is kept of it.
 * @param {string} id
 */
function learn(id) {
  const open = thread();
  if (!open || open.id_ !== id) return;
  memory.shown(id)?.change((part) => {
    const log = part.querySelector("inbox-thread");
    if (log instanceof HTMLElement) open.tellTo(log);
  });
}

/** The conversation on screen, as it was drawn. */
function owe() {
  const id = conversation();
  const first = document.getElementById("drawn")?.dataset;
  const version = (first?.conversation === id && first.version) || "";
  const kept = memory.shown(id) || new Kept(id, document.createDocumentFragment(), version);
  owed = id ? { url: memory.here, kept } : null;
}

function pay() {
  if (owed && owed.kept.id === conversation()) check(owed.url, owed.kept);
  owed = null;
}

/** @param {{conversation: string, seq: number}} mark how far the teammate has read */
function read({ conversation: id, seq }) {
  for (const kept of memory.of(id)) {
    kept.change((part) => {
      part.querySelector("inbox-thread")?.setAttribute("data-read-seq", String(seq));
    });
  }
}

export function keepTruth() {
  for (const name of ["inbox:news", "inbox:later", "inbox:draft"]) {
    hear(name, () => {
      news += 1;
    });
  }
  owe();
  hear("inbox:arrived", owe);
  hear("inbox:watched", pay);
  hear("inbox:leaving", () => {
    owed = null;
    checking?.abort();
    learn(conversation());
  });
  hear("inbox:read", read);
  hear("inbox:own-read", read);
  hear("inbox:unread", read);
  // What is written here is the composer's own business until the server has said the last word.
  for (const name of ["inbox:draft", "inbox:send", "inbox:kept", "inbox:done"]) {
    hear(name, ({ conversation: id }) => memory.forget(id));
  }
  for (const name of ["inbox:stale", "inbox:logged-out"]) hear(name, () => memory.clear());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) memory.clear();
  });
}
