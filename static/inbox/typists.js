/** Who is writing in a thread: a line at its end, gone some seconds after the last that was heard. */

import { me } from "./page.js";

const SHOWN_MS = 4000;

export class Typists {
  /** @type {Map<string, {name: string, timer: any}>} by the author's id */
  #writers = new Map();

  /**
   * @param {HTMLElement} line
   * @param {() => void} onChange the line has come, gone or grown
   */
  constructor(line, onChange) {
    this.line = line;
    this.onChange = onChange;
  }

  /** @param {{type: string, id: string, name: string}} author */
  heard(author) {
    if (author.id === me) return;
    clearTimeout(this.#writers.get(author.id)?.timer);
    const timer = setTimeout(() => this.stop(author.id), SHOWN_MS);
    this.#writers.set(author.id, { name: author.name, timer });
    this.#show();
  }

  /** @param {string} id of an author */
  stop(id) {
    const writer = this.#writers.get(id);
    if (!writer) return;
    clearTimeout(writer.timer);
    this.#writers.delete(id);
    this.#show();
  }

  /** The thread is left. */
  leave() {
    for (const { timer } of this.#writers.values()) clearTimeout(timer);
  }

  #show() {
    const names = [...this.#writers.values()].map(({ name }) => name);
    this.line.hidden = names.length === 0;
    const who = /** @type {HTMLElement} */ (this.line.querySelector(".typing-who"));
    who.textContent = names.length > 1 ? `${names.join(", ")} are typing` : `${names} is typing`;
    this.onChange();
  }
}
