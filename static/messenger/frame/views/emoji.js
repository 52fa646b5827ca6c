/** Faces, hands and hearts, nature and food, things. */
const GROUPS = [
  "😀 😃 😄 😁 😆 😅 😂 🤣 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😛 😜 🤪 🤗 🤭 🤫 🤔 🤐 😐 😶 😏 😒 🙄 😬 😌 😔 😴 😷 🤒 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😲 😳 🥺 😢 😭 😱 😖 😞 😓 😩 😤 😡 🤯",
  "👍 👎 👌 ✌️ 🤞 🤙 👈 👉 👆 👇 👋 🖐️ ✋ 👏 🙌 🤝 🙏 💪 🤷 🤦 ❤️ 🧡 💛 💚 💙 💜 🖤 💔 💯 ✨",
  "🐶 🐱 🐻 🐼 🦊 🐸 🐵 🦄 🐝 🦋 🌸 🌻 🌲 🍀 🌍 🌙 ⭐ ☀️ ⛅ 🌧️ ❄️ 🔥 🌈 🍎 🍋 🍓 🥑 🍞 🧀 🍕 🍔 🌮 🍰 🍪 ☕ 🍵 🍺 🥂",
  "🎉 🎁 🎈 🏆 ⚽ 🎵 🚗 ✈️ 🚀 🏠 🏢 📦 🛒 💳 💰 📱 💻 🖨️ 📷 💡 🔑 🔒 🔧 📌 📎 📅 ⏰ ✉️ 📞 🔔 ✅ ❌ ❗ ❓ ⚠️ ➡️ ♻️",
];
const RECENT = 16;

/**
 * Show a sheet of emoji above the composer, or take it away. Arrow keys walk over it, Escape leads back.
 *
 * @param {import("./composer.js").Composer} composer
 * @param {{h: Function, t: (key: string) => string}} tools
 */
export function toggleSheet(composer, { h, t }) {
  if (composer.sheet) return composer.sheet.close();
  const { shell, smile, text } = composer;
  const key = { tabindex: "-1" };
  /** @type {string[]} */
  const recent = shell.device.emoji || [];
  const pick = (/** @type {string} */ one) => {
    text.setRangeText(one, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
    const others = (shell.device.emoji || []).filter((/** @type {string} */ e) => e !== one);
    shell.keep({ emoji: [one, ...others].slice(0, RECENT) });
  };
  const group = (/** @type {string[]} */ all) =>
    h("div", {}, ...all.map((one) => h("button", { ...key, onclick: () => pick(one) }, one)));
  const groups = GROUPS.map((all) => group(all.split(" ")));
  const own = recent.length > 0 && group(recent);
  const sheet = h("div", { class: "emoji", role: "dialog", "aria-label": t("emoji") }, own, ...groups);
  const buttons = /** @type {HTMLElement[]} */ ([...sheet.querySelectorAll("button")]);
  sheet.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const here = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const next = neighbor(buttons, here, event.key, sheet);
    if (!next) return;
    event.preventDefault();
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  };
  composer.element.onkeydown = (event) => {
    if (event.key !== "Escape" || !composer.sheet) return;
    event.preventDefault();
    composer.sheet.close();
    composer.focus();
  };
  const close = () => {
    sheet.remove();
    composer.sheet = null;
    smile.setAttribute("aria-expanded", "false");
  };
  composer.sheet = { close };
  composer.element.prepend(sheet);
  smile.setAttribute("aria-expanded", "true");
  buttons[0].tabIndex = 0;
  buttons[0].focus();
  return undefined;
}

/**
 * Where a key leads from one of the buttons; nothing for keys that lead nowhere.
 *
 * @param {HTMLElement[]} buttons
 * @param {number} here
 * @param {string} key
 * @param {HTMLElement} sheet
 */
function neighbor(buttons, here, key, sheet) {
  const forward = getComputedStyle(sheet).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === "Home") return buttons[0];
  if (key === "End") return buttons.at(-1);
  if (key === "ArrowLeft" || key === "ArrowRight") return buttons[here + (key === forward ? 1 : -1)];
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const { left, top } = buttons[here].getBoundingClientRect();
  const sign = key === "ArrowUp" ? -1 : 1;
  const far = (/** @type {HTMLElement} */ button) => {
    const place = button.getBoundingClientRect();
    const down = (place.top - top) * sign;
    return down < 1 ? Infinity : down * 1000 + Math.abs(place.left - left);
  };
  const nearest = buttons.reduce((a, b) => (far(b) < far(a) ? b : a));
  return far(nearest) < Infinity ? nearest : undefined;
}
