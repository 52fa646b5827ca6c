/** Somebody was faster: who, when, and with which words. */

import { inWords } from "../shared/times.js";

const TOLD_EVERY_MS = 5000;
const LENGTH = 200;
const MOST = 3;

/**
 * @typedef {{
 *   authorName: string,
 *   at: string,
 *   isContact: boolean,
 *   said: {name: string, words: string}[],
 *   since?: number,
 * }} Overtaken the last one who spoke, and all that was said since,
 *   which is after the seq `since`
 */

/**
 * @param {Overtaken} overtaken
 * @param {number} [now]
 */
export function sentenceOf({ authorName, at, isContact }, now = Date.now()) {
  const seconds = Math.max(0, (now - new Date(at).getTime()) / 1000);
  return `${authorName} ${isContact ? "wrote" : "answered"} ${inWords(seconds)}.`;
}

/**
 * One more has spoken.
 * @param {Overtaken|null} before
 * @param {{authorName: string, at: string, authorType: string, words: string, seq?: number}} said
 * @returns {Overtaken}
 */
export function joined(before, { authorName, at, authorType, words, seq = 0 }) {
  const since = before?.since ?? seq - 1;
  const said = [...(before?.said || []), { name: authorName, words: cut(words) }].slice(-MOST);
  return { authorName, at, isContact: authorType === "contact", said, since };
}

/** @param {string} words */
function cut(words) {
  const plain = words.replace(/\s+/g, " ").trim();
  return plain.length > LENGTH ? `${plain.slice(0, LENGTH)}…` : plain;
}

/**
 * What was said meanwhile, to be read before one says it again.
 * @param {HTMLElement} list
 * @param {Overtaken} overtaken
 */
export function showDifference(list, { said }) {
  const lines = said.filter(({ words }) => words);
  list.replaceChildren(
    ...lines.map(({ name, words }) => {
      const line = document.createElement("li");
      const who = document.createElement("b");
      who.textContent = `${name}: `;
      line.append(who, words);
      return line;
    }),
  );
  list.hidden = !lines.length;
}

/** Says over the composer why sending needs a second look. */
export class Warning {
  /** @type {Overtaken|null} */
  #overtaken = null;
  /** @type {any} */
  #telling = 0;

  /** @param {HTMLElement} bar */
  constructor(bar) {
    this.bar = bar;
  }

  /** What was said after this seq is known when it is sent all the same. */
  get since() {
    return this.#overtaken?.since;
  }

  get isShown() {
    return this.#overtaken !== null;
  }

  get #override() {
    return /** @type {HTMLButtonElement} */ (this.bar.querySelector('[name="override"]'));
  }

  /** To what sends it anyway. */
  focus() {
    this.#override.focus();
  }

  /** @param {Overtaken} overtaken */
  show(overtaken) {
    this.#overtaken = overtaken;
    const words = /** @type {HTMLElement} */ (this.bar.querySelector("p"));
    const tell = () => {
      words.textContent = sentenceOf(overtaken);
    };
    tell();
    clearInterval(this.#telling);
    this.#telling = setInterval(tell, TOLD_EVERY_MS);
    showDifference(/** @type {HTMLElement} */ (this.bar.querySelector("ul")), overtaken);
    this.#override.hidden = false;
    this.bar.hidden = false;
  }

  /**
   * One more has spoken.
   * @param {{authorName: string, at: string, authorType: string, words: string, seq: number}} said
   */
  add(said) {
    this.show(joined(this.#overtaken, said));
  }

  hide() {
    clearInterval(this.#telling);
    this.#overtaken = null;
    this.bar.hidden = true;
  }
}
