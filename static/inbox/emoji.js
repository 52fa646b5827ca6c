/** Emoji by their names, after a colon. */

import { make } from "./formatting.js";
import { MacroPicker } from "./macros.js";

const NAMED = /(^|[\s(]):([a-z0-9_+-]{2,20})$/i;
const MOST = 8;
const NAMES = `smile 🙂|grin 😀|joy 😂|laughing 😆|sweat_smile 😅|wink 😉|blush 😊|innocent 😇|heart_eyes 😍
star_struck 🤩|kissing_heart 😘|yum 😋|hug 🤗|thinking 🤔|neutral 😐|smirk 😏|roll_eyes 🙄|relieved 😌|sleeping 😴
sick 😷|party 🥳|cool 😎|nerd 🤓|confused 😕|worried 😟|sad 🙁|surprised 😮|pleading 🥺|cry 😢|sob 😭|scream 😱
angry 😡|mind_blown 🤯|shrug 🤷|facepalm 🤦|thumbs_up 👍|+1 👍|thumbs_down 👎|-1 👎|ok_hand 👌|victory ✌️|fingers_crossed 🤞
point_right 👉|point_down 👇|wave 👋|raised_hand ✋|clap 👏|raised_hands 🙌|handshake 🤝|pray 🙏|thanks 🙏|muscle 💪
heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|black_heart 🖤|broken_heart 💔
hundred 💯|sparkles ✨|dog 🐶|cat 🐱|bear 🐻|fox 🦊|unicorn 🦄|bee 🐝|butterfly 🦋|blossom 🌸|sunflower 🌻|tree 🌲|clover 🍀
earth 🌍|moon 🌙|star ⭐|sun ☀️|cloud ⛅|rain 🌧️|snowflake ❄️|fire 🔥|rainbow 🌈|apple 🍎|pizza 🍕|cake 🍰|cookie 🍪
coffee ☕|tea 🍵|beer 🍺|cheers 🥂|tada 🎉|gift 🎁|balloon 🎈|trophy 🏆|ball ⚽|music 🎵|car 🚗|airplane ✈️|rocket 🚀|house 🏠
office 🏢|package 📦|cart 🛒|credit_card 💳|money 💰|phone 📱|computer 💻|printer 🖨️|camera 📷|idea 💡|key 🔑|lock 🔒
wrench 🔧|pin 📌|paperclip 📎|calendar 📅|alarm ⏰|envelope ✉️|telephone 📞|bell 🔔|check ✅|cross ❌|exclamation ❗|question ❓
warning ⚠️|arrow_right ➡️|recycle ♻️`;

/** @type {{name: string, sign: string}[]} */
const ALL = NAMES.split(/[|\n]/).map((each) => {
  const [name, sign] = each.split(" ");
  return { name, sign };
});

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
  const first = ALL.filter(({ name }) => name.startsWith(text));
  const then = ALL.filter(({ name }) => !name.startsWith(text) && name.includes(`_${text}`));
  return [...first, ...then].slice(0, MOST);
}

/** @param {string} text */
function listOf(text) {
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
  for (const { name, sign } of ALL) signs.set(sign, [...(signs.get(sign) || []), name]);
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
  menu.addEventListener("toggle", () => options.children.length || fill(options), { capture: true });
  options.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    menu.querySelector("details")?.removeAttribute("open");
    const { selectionStart: from, selectionEnd: to } = text;
    const after = from + button.value.length;
    make(text, { from, to, text: button.value, start: after, end: after });
  });
}

/** @param {HTMLElement} options */
function fill(options) {
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
