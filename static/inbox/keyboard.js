/** Keys into commands: pure, so that it can be tested without a page. */

const SEQUENCE_MS = 1200;
/** What a field of text does by itself. */
const EDITING = /^Mod\+([abciuvxyz]|Arrow\w+|Home|End|Backspace|Delete|Enter)$/;

/**
 * @typedef {{
 *   key: string,
 *   ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean,
 *   isComposing?: boolean,
 * }} Key
 */

/**
 * What was pressed, as the table of keys writes it; "" for what is never ours.
 * @param {Key} event
 */
export function strokeOf(event) {
  if (event.isComposing || event.altKey) return "";
  if (!event.ctrlKey && !event.metaKey) return event.key;
  if (event.shiftKey) return "";
  return `Mod+${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
}

/** Turns key presses into commands, and remembers the first of two keys ("g i"). */
export class Keyboard {
  #first = "";
  #pressedAt = -Infinity;
  /** @type {Map<string, string>} */
  #commands = new Map();
  /** @type {Set<string>} */
  #firsts = new Set();

  /**
   * @param {Record<string, string[]>} map the keys of each command
   * @param {{now?: () => number}} [options]
   */
  constructor(map, { now = () => performance.now() } = {}) {
    this.now = now;
    for (const [command, keys] of Object.entries(map)) {
      for (const key of keys) {
        this.#commands.set(key, command);
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
    const stroke = strokeOf(event);
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
