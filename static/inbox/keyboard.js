/** Keys into commands: pure, so that it can be tested without a page. */

const SEQUENCE_MS = 1200;
/** What a field of text does by itself. */
const EDITING = /^Mod\+([abciuvxyz]|Arrow\w+|Home|End|Backspace|Delete|Enter)$/;

/**
 * @typedef {{
 *   key: string, code?: string,
 *   ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean,
 *   isComposing?: boolean, getModifierState?: (name: string) => boolean,
 * }} Key
 */

/** Where letters of the table stand on keyboards that write none of them. */
const PLACES = /** @type {Record<string, string>} */ ({
  BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Slash: "/?",
});

/**
 * What was pressed, as the table of keys writes it; "" for what is never ours.
 * @param {Key} event
 * @param {(sign: string) => boolean} [isKnown] whether a sign stands in the table as it is
 */
export function strokeOf(event, isKnown = () => false) {
  if (event.isComposing) return "";
  // Many keyboards write [ ] \ only together with AltGr, or Option.
  if (event.getModifierState?.("AltGraph")) return event.key;
  const isMod = event.ctrlKey || event.metaKey;
  if (event.altKey) return !isMod && /^[^\p{L}\p{N}\s]$/u.test(event.key) ? event.key : "";
  if (!isMod) return signOf(event, isKnown);
  if (event.shiftKey) return "";
  const sign = signOf(event, isKnown);
  return `Mod+${sign.length === 1 ? sign.toLowerCase() : sign}`;
}

/**
 * The sign of a key, whatever Caps Lock makes of it and in whatever script the keyboard writes.
 * @param {Key} event
 * @param {(sign: string) => boolean} isKnown
 */
function signOf(event, isKnown) {
  const { key, code = "", shiftKey = false } = event;
  if (!/^\p{L}$/u.test(key)) return key;
  if (!/\p{Script=Latin}/u.test(key) && !isKnown(key)) {
    const latin = /^Key[A-Z]$/.test(code) ? code[3].toLowerCase() + code[3] : PLACES[code];
    return latin ? latin[Number(shiftKey)] : key;
  }
  if (!event.getModifierState?.("CapsLock")) return key;
  return shiftKey ? key.toUpperCase() : key.toLowerCase();
}

/** Turns key presses into commands, and remembers the first of two keys ("g i"). */
export class Keyboard {
  #first = "";
  #pressedAt = -Infinity;
  /** @type {Map<string, string>} */
  #commands = new Map();
  /** @type {Set<string>} */
  #firsts = new Set();
  /** @type {Set<string>} */
  #signs = new Set();

  /**
   * @param {Record<string, string[]>} map the keys of each command
   * @param {{now?: () => number}} [options]
   */
  constructor(map, { now = () => performance.now() } = {}) {
    this.now = now;
    for (const [command, keys] of Object.entries(map)) {
      for (const key of keys) {
        this.#commands.set(key, command);
        for (const sign of key.split(" ")) this.#signs.add(sign.replace("Mod+", ""));
        if (key.includes(" ")) this.#firsts.add(key.split(" ")[0]);
      }
    }
  }

  /**
   * @param {Key} event
   * @param {{isTyping: boolean, isSingleOff: boolean}} where whether the press is meant as text,
   *   and whether the teammate switched single keys off
   * @returns {string|null} the name of a command; "wait" when another key is to follow
   */
  press(event, { isTyping, isSingleOff }) {
    const stroke = strokeOf(event, (sign) => this.#signs.has(sign));
    if (!stroke || event.key === "Shift") return null;
    if (isTyping && stroke === "Escape") return "leave";
    if (isTyping && (!stroke.startsWith("Mod+") || EDITING.test(stroke))) return null;
    if (isSingleOff && stroke.length === 1) return null;
    const isSecond = this.now() - this.#pressedAt < SEQUENCE_MS;
    const pair = isSecond ? this.#commands.get(`${this.#first} ${stroke}`) : undefined;
    const isStray = isSecond && !pair;
    this.#pressedAt = -Infinity;
    if (pair) return pair;
    // What follows the first of two is no command of its own: whoever errs closes nothing.
    if (isStray && stroke.length === 1) return null;
    if (this.#firsts.has(stroke)) {
      this.#first = stroke;
      this.#pressedAt = this.now();
      return "wait";
    }
    return this.#commands.get(stroke) ?? null;
  }
}
