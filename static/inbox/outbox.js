import { fullJitter } from "../shared/backoff.js";
import { Problem } from "./ask.js";

/**
 * What is done along with a message: `words` say it, "" for the button that sends and closes.
 * @typedef {{step: string, words: string}} Then
 */

/**
 * @typedef {{
 *   client_id: string,
 *   conversation: string,
 *   contact_name: string,
 *   url: string,
 *   kind: "reply"|"note",
 *   body: string,
 *   uploads: {id: string, name: string, html: string}[],
 *   choices?: string[],
 *   then?: Then[],
 *   macros?: string[],
 *   hold?: boolean,
 *   due?: string,
 *   due_at?: string,
 *   last_seen_seq: number,
 *   override: boolean,
 *   created_at: number,
 *   state: "queued"|"failed",
 *   attempts: number,
 *   next_at: number,
 *   reason: string,
 * }} Item
 */

/**
 * What the teammate has sent and the server has not acknowledged yet. Each item is on the device
 * before it is posted, keeps its client id until an answer comes, and goes in the order of
 * writing, one at a time for each conversation, whichever tab does it.
 */
export class Outbox {
  /** @type {Item[]} in the order of writing */
  #items = [];
  /** @type {Set<string>} conversations whose line is being worked off */
  #running = new Set();
  /** @type {Map<string, any>} conversation → timer of its next try */
  #timers = new Map();

  /**
   * @param {{
   *   prefix: string,
   *   storage: Pick<Storage, "getItem"|"setItem"|"removeItem"|"key"|"length">,
   *   deliver: (item: Item) => Promise<any>,
   *   onSent: (item: Item, answer: any) => void,
   *   onReturned: (item: Item, problem: Problem) => void,
   *   onChange: (item: Item) => void,
   *   exclusive?: (name: string, work: () => Promise<void>) => Promise<void>,
   *   now?: () => number,
   *   random?: () => number,
   *   setTimeout?: (work: () => void, ms: number) => any,
   * }} options `onReturned` hears of a reply that others overtook: its words go back to the
   *   teammate. `exclusive` keeps other tabs out while it works.
   */
  constructor(options) {
    this.options = options;
    this.exclusive = options.exclusive || ((_name, work) => work());
    this.now = options.now || Date.now;
    this.setTimeout = options.setTimeout || ((work, ms) => globalThis.setTimeout(work, ms));
  }

  /** @param {string} conversation */
  items(conversation) {
    return this.#items.filter((item) => item.conversation === conversation);
  }

  get size() {
    return this.#items.length;
  }

  /** Takes over what an earlier page left behind, and sends it. */
  load() {
    const { storage, prefix } = this.options;
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    for (const key of keys) {
      if (!key?.startsWith(prefix) || this.#find(key.slice(prefix.length))) continue;
      const item = this.#read(key);
      if (item) this.#items.push(item);
    }
    this.#items.sort((a, b) => a.created_at - b.created_at);
    this.hurry();
  }

  /** @param {Omit<Item, "created_at"|"state"|"attempts"|"next_at"|"reason">} draft */
  add(draft) {
    /** @type {Item} */
    const item = {
      ...draft,
      created_at: this.now(),
      state: "queued",
      attempts: 0,
      next_at: 0,
      reason: "",
    };
    this.#items.push(item);
    this.#keep(item);
    this.options.onChange(item);
    this.#drain(item.conversation);
  }

  /** @param {string} clientId */
  retry(clientId) {
    const item = this.#find(clientId);
    if (!item) return;
    Object.assign(item, { state: "queued", attempts: 0, next_at: 0, reason: "" });
    this.#keep(item);
    this.options.onChange(item);
    this.#drain(item.conversation);
  }

  /**
   * Takes an item out: it was discarded, or it is being edited, or the server holds it.
   * @param {string} clientId
   * @returns {Item|undefined}
   */
  take(clientId) {
    const item = this.#find(clientId);
    this.#items = this.#items.filter((other) => other !== item);
    this.options.storage.removeItem(this.options.prefix + clientId);
    return item;
  }

  /** The network is back: do not wait for timers. */
  hurry() {
    for (const item of this.#items) item.next_at = 0;
    for (const conversation of new Set(this.#items.map((item) => item.conversation))) {
      this.#drain(conversation);
    }
  }

  /** @param {string} conversation */
  async #drain(conversation) {
    if (this.#running.has(conversation)) return;
    this.#running.add(conversation);
    try {
      for (let item; (item = this.#head(conversation)); ) {
        const next = item;
        const wait = next.next_at - this.now();
        if (wait > 0) {
          clearTimeout(this.#timers.get(conversation));
          this.#timers.set(
            conversation,
            this.setTimeout(() => this.#drain(conversation), wait),
          );
          return;
        }
        await this.exclusive(this.options.prefix + conversation, () => this.#attempt(next));
      }
    } finally {
      this.#running.delete(conversation);
    }
  }

  /** @param {Item} item */
  async #attempt(item) {
    const { deliver, onSent, onChange, onReturned } = this.options;
    // The live connection may have brought it back while it waited for its turn. When another tab
    // has sent it, sending it again under the same client id changes nothing.
    if (!this.#find(item.client_id)) return;
    try {
      const answer = await deliver(item);
      this.take(item.client_id);
      onSent(item, answer);
    } catch (error) {
      if (!this.#find(item.client_id)) return;
      const problem = error instanceof Problem ? error : new Problem(0, { detail: String(error) });
      if (problem.type === "newer-messages") {
        this.take(item.client_id);
        onReturned(item, problem);
        return;
      }
      this.#put(item, problem);
      onChange(item);
    }
  }

  /**
   * @param {Item} item
   * @param {Problem} problem
   */
  #put(item, problem) {
    item.attempts += 1;
    if (problem.isTransient) {
      const pause = fullJitter(item.attempts, { random: this.options.random });
      item.next_at = this.now() + Math.max(pause, problem.retryAfter * 1000);
    } else {
      item.state = "failed";
    }
    item.reason = problem.message;
    this.#keep(item);
  }

  /** @param {Item} item */
  #keep(item) {
    try {
      this.options.storage.setItem(this.options.prefix + item.client_id, JSON.stringify(item));
    } catch {
      // A device without room still sends: the message then lives as long as this page.
    }
  }

  /**
   * @param {string} key
   * @returns {Item|null}
   */
  #read(key) {
    try {
      return JSON.parse(this.options.storage.getItem(key) || "null");
    } catch {
      this.options.storage.removeItem(key);
      return null;
    }
  }

  /** @param {string} clientId */
  #find(clientId) {
    return this.#items.find((item) => item.client_id === clientId);
  }

  /** @param {string} conversation */
  #head(conversation) {
    return this.#items.find(
      (item) => item.conversation === conversation && item.state === "queued",
    );
  }
}
