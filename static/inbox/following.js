/** The pages of their own whose lists others change too: a list follows, what is being written stays. */

import { LiveSocket } from "../shared/socket.js";
import { ask } from "./ask.js";
import { spacedWhileSeen } from "./spacing.js";

const EVERY_MS = 5000;
const SOON_MS = 250;

const { follows = "", live = "" } = document.body.dataset;
const kinds = follows.split(" ");

/** What the server drew last, by id: what the reader has opened since is no difference.
 * @type {Map<string, string>} */
const drawn = new Map();
for (const part of document.querySelectorAll("[data-followed]")) drawn.set(part.id, part.innerHTML);

/** @param {HTMLElement} fresh a part of the page as the server draws it now */
function put(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old || drawn.get(fresh.id) === fresh.innerHTML) return;
  drawn.set(fresh.id, fresh.innerHTML);
  const focused = document.activeElement?.closest(`#${fresh.id} a`)?.getAttribute("href");
  old.replaceWith(fresh);
  if (!focused) return;
  /** @type {HTMLElement|null} */ (fresh.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
}

const followSoon = spacedWhileSeen(
  async () => {
    // What the page is about may be gone; the next frame asks again.
    const response = await ask(location.href).catch(() => null);
    if (!response) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const fresh of page.querySelectorAll("[data-followed]")) {
      put(/** @type {HTMLElement} */ (fresh));
    }
  },
  EVERY_MS,
  SOON_MS,
);

let isFirst = true;

/** Whether a page tells of a conversation; what happens in others is none of its business.
 * @param {string} [id] */
const isAbout = (id) =>
  !id || document.querySelector(`[data-about="${CSS.escape(id)}"]`) !== null;

/** @param {any} frame */
function heard({ type, conversation }) {
  const isOwn = kinds.includes(type) && (type !== "conversation" || isAbout(conversation));
  if (isOwn || type === "stale" || (type === "ready" && !isFirst)) followSoon();
  if (type === "ready") isFirst = false;
}

new LiveSocket({
  url: () => live,
  // Nobody looks at conversations here: what pops up elsewhere goes on doing so.
  hello: () => ({ type: "hello", watch: { visible: false, conversation: {} } }),
  onFrame: heard,
  onState() {},
  onRefused() {},
}).start();
