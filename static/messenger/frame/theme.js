// One color of the customer's brand, made readable in both themes.

const LIGHT = "#FFFFFF";
const DARK = "#14161B";
/** 4.5 on the ground itself would be too little on the color's own soft tint. */
const READABLE = 6;

/**
 * @param {string} hex `#rrggbb`
 * @returns {number[]} red, green, blue, each 0 to 255
 */
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** @param {string} hex */
function luminance(hex) {
  const [r, g, b] = channels(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * WCAG contrast ratio, 1 to 21.
 * @param {string} a
 * @param {string} b
 */
export function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/**
 * The color itself when it reads on this ground, else the nearest mix with black or white that
 * does.
 *
 * @param {string} hex
 * @param {string} ground
 */
export function readableOn(hex, ground) {
  const target = luminance(ground) > 0.4 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = channels(hex).map((value) => Math.round(value + (target - value) * share));
    const color = `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(color, ground) >= READABLE) return color;
  }
  return target ? LIGHT : "#000000";
}

/**
 * The style sheet that carries a brand. Built through the CSSOM, so the page's policy needs no
 * exception for it.
 *
 * @param {string} color
 * @param {string} onColor
 * @returns {CSSStyleSheet}
 */
export function brandSheet(color, onColor) {
  const sheet = new CSSStyleSheet();
  const rule = (/** @type {string} */ ground) =>
    `:root{--brand:${color};--on-brand:${onColor};--brand-text:${readableOn(color, ground)}}`;
  sheet.replaceSync(`${rule(LIGHT)}@media(prefers-color-scheme:dark){${rule(DARK)}}`);
  return sheet;
}

/** @param {unknown} value */
export const isHex = (value) => typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
