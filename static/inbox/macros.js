import { ask, elementsOf } from "./ask.js";
import { make } from "./formatting.js";

const QUIET_MS = 80;
const NAMED = /(^|\s)\/([^\s/][^\n/]{0,40}|)$/;

/** @typedef {{id: string, body: string, then: import("./outbox.js").Then[]}} Chosen a macro */

/**
 * What the words before the cursor look for: the text after a "/" that begins a word.
 * @param {string} before
 * @returns {{start: number, name: string}|null}
 */
export function namedMacro(before) {
  const found = NAMED.exec(before);
  return found ? { start: found.index + found[1].length, name: found[2] } : null;
}

/** The list over the composer, from which a macro is chosen by typing on, by arrows, by mouse. */
export class MacroPicker {
  /** @type {HTMLElement|null} */
  #list = null;
  #start = -1;
  #dismissed = -1;
  /** @type {any} */
  #timer = 0;
  /** @type {AbortController|null} */
  #asking = null;

  /**
   * @param {HTMLTextAreaElement} text
   * @param {string|((name: string) => Promise<HTMLElement|null>)} url where what there is to choose is
   *   offered: asked of the server, or made here
   * @param {(macro: Chosen, start: number, end: number) => void} use
   * @param {(before: string) => {start: number, name: string}|null} [named] what is looked for
   */
  constructor(text, url, use, named = namedMacro) {
    this.text = text;
    this.url = url;
    this.use = use;
    this.named = named;
    text.setAttribute("aria-autocomplete", "list");
    text.addEventListener("input", () => this.#look());
    text.addEventListener("blur", () => this.close());
  }

  /** Begins a search where the cursor is, as if its sign had been typed. */
  open(sign = "/") {
    const { text } = this;
    const at = text.selectionStart;
    const glue = /(^|\s)$/.test(text.value.slice(0, at)) ? sign : ` ${sign}`;
    const after = at + glue.length;
    make(text, { from: at, to: text.selectionEnd, text: glue, start: after, end: after });
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (!this.#list) return;
    this.#list.remove();
    this.#list = null;
    this.text.removeAttribute("aria-activedescendant");
    this.text.removeAttribute("aria-controls");
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was meant for the list
   */
  keyed(event) {
    if (!this.#list || event.isComposing || event.ctrlKey || event.metaKey) return false;
    const active = this.#active();
    if (event.key === "Escape") {
      this.#dismissed = this.#start;
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else if ((event.key === "Enter" || event.key === "Tab") && active) {
      this.#choose(active);
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** What there is to choose has changed: whoever is choosing stays at what they had chosen. */
  again() {
    if (this.#list) this.#look(this.#active()?.id);
  }

  /** @param {string} [chosen] the id of the item that is chosen, where it is still there */
  #look(chosen) {
    const found = this.named(this.text.value.slice(0, this.text.selectionStart));
    if (!found || found.start === this.#dismissed) {
      if (!found) this.#dismissed = -1;
      this.close();
      return;
    }
    this.#start = found.start;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(found.name, chosen), this.#list ? QUIET_MS : 0);
  }

  /**
   * @param {string} name
   * @param {string} [chosen]
   */
  async #ask(name, chosen) {
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    try {
      const list = await this.#offered(name, signal);
      if (signal.aborted) return;
      if (list) this.#show(list, name, chosen);
      else this.close();
    } catch {
      if (!signal.aborted) this.close();
    }
  }

  /**
   * @param {string} name
   * @param {AbortSignal} signal
   */
  async #offered(name, signal) {
    if (typeof this.url === "function") return this.url(name);
    const response = await ask(`${this.url}?${new URLSearchParams({ q: name })}`, { signal });
    return elementsOf(await response.text())[0];
  }

  /**
   * @param {HTMLElement} list
   * @param {string} name
   * @param {string} [chosen]
   */
  #show(list, name, chosen) {
    this.#list?.remove();
    this.#list = null;
    // A path or a date with a slash is no search for a macro: it goes unasked.
    if (name.includes(" ") && !list.querySelector('[role="option"]')) return;
    this.#list = list;
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      const item = target.closest('[role="option"]');
      if (item instanceof HTMLElement) this.#choose(item);
    });
    this.text.closest("form")?.append(list);
    this.text.setAttribute("aria-controls", list.id);
    this.#activate(this.#items().find(({ id }) => id === chosen) || this.#items()[0]);
  }

  #items() {
    const items = this.#list?.querySelectorAll('[role="option"]') || [];
    return /** @type {HTMLElement[]} */ ([...items]);
  }

  #active() {
    return this.#items().find((item) => item.classList.contains("is-active"));
  }

  /** @param {HTMLElement|undefined} item */
  #activate(item) {
    for (const other of this.#items()) {
      other.classList.toggle("is-active", other === item);
      other.setAttribute("aria-selected", String(other === item));
    }
    if (!item) return;
    item.scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", item.id);
  }

  /** @param {number} step */
  #move(step) {
    const items = this.#items();
    const at = items.findIndex((item) => item.classList.contains("is-active"));
    this.#activate(items[(at + step + items.length) % items.length]);
  }

  /** @param {HTMLElement} item */
  #choose(item) {
    const then = [...item.querySelectorAll("[data-step]")].map((step) => ({
      step: /** @type {HTMLElement} */ (step).dataset.step || "",
      words: step.textContent || "",
    }));
    const chosen = { id: item.id, body: item.dataset.body || "", then };
    const end = this.text.selectionStart;
    this.close();
    // What now stands there is no search any more.
    this.#dismissed = this.#start;
    this.use(chosen, this.#start, end);
  }
}
