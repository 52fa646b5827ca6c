/** Emoji by their names, after a colon. */

import { make } from "./formatting.js";
import { MacroPicker } from "./macros.js";

const NAMED = /(^|[\s(]):([a-z0-9_+-]{2,20})$/i;
/** @type {Promise<typeof import("./signs.js")|null>|null} */
let learned = null;

/**
 * Fetches them once.
 * @param {string} address of signs.js
 */
export function learnEmoji(address) {
  learned ??= import(address).catch(() => {
    learned = null;
    return null;
  });
}

/**
 * What the words before the cursor look for: two letters at least, so that a colon is mostly one.
 * @param {string} before
 * @returns {{start: number, name: string}|null}
 */
export function namedEmoji(before) {
  const found = NAMED.exec(before);
  return found ? { start: found.index + found[1].length, name: found[2].toLowerCase() } : null;
}

/**
 * The menu of them all, filled when it is first opened: most conversations are left without it.
 * @param {HTMLElement} menu
 * @param {HTMLTextAreaElement} text
 */
export function keepEmojiMenu(menu, text) {
  const options = /** @type {HTMLElement} */ (menu.querySelector(".options"));
  menu.hidden = false;
  const fill = async () => (await learned)?.fill(options, menu);
  menu.addEventListener("toggle", fill, { capture: true });
  options.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    menu.querySelector("details")?.removeAttribute("open");
    const { selectionStart: from, selectionEnd: to } = text;
    const after = from + button.value.length;
    make(text, { from, to, text: button.value, start: after, end: after });
  });
}

/** @param {HTMLTextAreaElement} text */
export function keepEmoji(text) {
  return new MacroPicker(
    text,
    async (name) => (await learned)?.listOf(name) || null,
    ({ body }, start, end) => {
      const after = start + body.length;
      make(text, { from: start, to: end, text: body, start: after, end: after });
    },
    namedEmoji,
  );
}
