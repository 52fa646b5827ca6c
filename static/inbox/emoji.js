/** Emoji by their names, after a colon. */

import { make } from "./formatting.js";
import { MacroPicker } from "./macros.js";

const NAMED = /(^|[\s(]):([a-z0-9_+-]{2,20})$/i;
const MOST = 8;
/** @type {{name: string, sign: string}[]} */
let all = [];
/** @type {Promise<void>|null} */
let learning = null;

/**
 * Fetches them once.
 * @param {string} address of signs.js
 */
export function learnEmoji(address) {
  learning ??= import(address).then(
    ({ NAMES }) => {
      all = NAMES.split(/[|\n]/).map((/** @type {string} */ each) => {
        const [name, sign] = each.split(" ");
        return { name, sign };
      });
    },
    () => {
      learning = null;
    },
  );
  return learning;
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
 * Those whose name begins with the text, then those with a further word that does.
 * @param {string} text
 */
export function emojiLike(text) {
  const first = all.filter(({ name }) => name.startsWith(text));
  const then = all.filter(({ name }) => !name.startsWith(text) && name.includes(`_${text}`));
  return [...first, ...then].slice(0, MOST);
}

/** @param {string} text */
async function listOf(text) {
  await learning;
  const list = document.createElement("ul");
  list.id = "emoji-options";
  list.className = "options macro-options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Emoji");
  for (const { name, sign } of emojiLike(text)) {
    const item = document.createElement("li");
    item.id = `emoji-${name}`;
    item.className = "menu-item";
    item.dataset.body = `${sign} `;
    item.setAttribute("role", "option");
    const words = document.createElement("span");
    words.textContent = name.replaceAll("_", " ");
    item.append(`${sign} `, words);
    list.append(item);
  }
  return list.children.length ? list : null;
}

/**
 * Every sign once, with all its names.
 * @returns {{sign: string, words: string}[]}
 */
export function allSigns() {
  /** @type {Map<string, string[]>} */
  const signs = new Map();
  for (const { name, sign } of all) signs.set(sign, [...(signs.get(sign) || []), name]);
  return [...signs].map(([sign, names]) => ({
    sign,
    words: names.join(", ").replaceAll("_", " "),
  }));
}

/**
 * The menu of them all, filled when it is first opened: most conversations are left without it.
 * @param {HTMLElement} menu
 * @param {HTMLTextAreaElement} text
 */
export function keepEmojiMenu(menu, text) {
  const options = /** @type {HTMLElement} */ (menu.querySelector(".options"));
  menu.hidden = false;
  menu.addEventListener("toggle", () => fill(options, menu), { capture: true });
  options.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    menu.querySelector("details")?.removeAttribute("open");
    const { selectionStart: from, selectionEnd: to } = text;
    const after = from + button.value.length;
    make(text, { from, to, text: button.value, start: after, end: after });
  });
}

/**
 * @param {HTMLElement} options
 * @param {any} menu
 */
async function fill(options, menu) {
  if (options.children.length) return;
  await learning;
  if (options.children.length) return;
  for (const [index, { sign, words }] of allSigns().entries()) {
    const item = document.createElement("li");
    item.setAttribute("role", "none");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "menu-item", value: sign, tabIndex: -1 });
    button.id = `${options.id}-${index}`;
    button.title = words;
    button.setAttribute("role", "option");
    button.setAttribute("aria-selected", "false");
    const name = document.createElement("span");
    name.className = "sr grow";
    name.textContent = words;
    button.append(sign, name);
    item.append(button);
    options.append(item);
  }
  // What was typed while they were on their way.
  if (menu.field) menu.filter(menu.field.value);
}

/** @param {HTMLTextAreaElement} text */
export function keepEmoji(text) {
  return new MacroPicker(
    text,
    listOf,
    ({ body }, start, end) => {
      const after = start + body.length;
      make(text, { from: start, to: end, text: body, start: after, end: after });
    },
    namedEmoji,
  );
}
