/** Keys into commands: pure, so that it can be tested without a page. */

const SEQUENCE_MS = 1200;

/** What single keys and pairs of keys mean; `g` pairs are in the views' own `data-key`. */
export const COMMANDS = {
  j: "next",
  ArrowDown: "next",
  k: "previous",
  ArrowUp: "previous",
  Enter: "enter",
  Escape: "leave",
  r: "reply",
  n: "note",
  m: "macro",
  e: "close",
  z: "snooze",
  a: "assignee",
  t: "team",
  l: "tags",
  s: "priority",
  "!": "spam",
  u: "unread",
  "[": "left-pane",
  "]": "right-pane",
  "?": "help",
};

/**
 * @typedef {{
 *   key: string,
 *   ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean,
 *   isComposing?: boolean,
 * }} Key
 */

/** Turns key presses into commands, and remembers the `g` of "g then u". */
export class Keyboard {
  #wentAt = -Infinity;

  /** @param {{now?: () => number}} [options] */
  constructor({ now = () => performance.now() } = {}) {
    this.now = now;
  }

  /**
   * @param {Key} event
   * @param {{isTyping: boolean, isSingleOff: boolean}} where whether the press is meant as text,
   *   and whether the teammate switched single keys off
   * @returns {{command: string, argument?: string}|null}
   */
  press(event, { isTyping, isSingleOff }) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return null;
    if (isTyping) return event.key === "Escape" ? { command: "leave" } : null;
    if (isSingleOff && event.key.length === 1) return null;
    const isPair = this.now() - this.#wentAt < SEQUENCE_MS;
    this.#wentAt = -Infinity;
    if (isPair && event.key.length === 1) return { command: "go", argument: event.key };
    if (event.key === "g") {
      this.#wentAt = this.now();
      return { command: "wait" };
    }
    const command = COMMANDS[/** @type {keyof typeof COMMANDS} */ (event.key)];
    return command ? { command } : null;
  }
}
