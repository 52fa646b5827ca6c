/** The emoji, what they are called, and their lists: only who writes needs them. Imports nothing. */

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
 * Those whose name begins with the text, then those with a further word that does.
 * @param {string} text
 */
export function emojiLike(text) {
  const first = ALL.filter(({ name }) => name.startsWith(text));
  const then = ALL.filter(({ name }) => !name.startsWith(text) && name.includes(`_${text}`));
  return [...first, ...then].slice(0, MOST);
}

/** @param {string} text */
export function listOf(text) {
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
 * @param {HTMLElement} options
 * @param {any} menu
 */
export function fill(options, menu) {
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
