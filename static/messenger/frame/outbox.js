import { fullJitter } from "../../shared/backoff.js";
import { Problem } from "./api.js";
import { uuid7 } from "./ids.js";

/**
 * @typedef {import("./types.js").Outgoing} Outgoing
 * @typedef {import("./types.js").Upload} Upload
 * @typedef {import("./types.js").Page} Page
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Conversation} Conversation
 * @typedef {{conversation?: Conversation, message: Message}} Answer
 */

/** A wait that is longer than this is told to the visitor instead of kept up. */
const LONGEST_HOLD_S = 60;

/**
 * Messages that the server has not acknowledged yet. Each is stored on the device before it is
 * sent, is sent under the same client id until an answer comes, and goes in the order in which it
 * was written, one in flight per thread, whichever tab does it. A message that was refused for
 * its content stays, marked failed with the reason, and lets later ones pass.
 */
export class Outbox {
  /** @type {Outgoing[]} in the order of writing */
  #items = [];
  /** @type {Set<string>} threads whose line is being worked off */
  #running = new Set();
  /** @type {Set<string>} client ids in flight */
  #inFlight = new Set();
  /** @type {Map<string, any>} thread → timer of its next try */
  #timers = new Map();
  /** @type {Set<string>} client ids of what left, here or to where it should */
  #gone = new Set();
  /** @type {Promise<unknown>} writes to the store, in order */
  #saving = Promise.resolve();

  /**
   * @param {{
   *   store: import("./store.js").Store,
   *   deliver: (item: Outgoing, save: () => Promise<unknown>) => Promise<Answer>,
   *   onSent: (item: Outgoing, answer: Answer) => void,
   *   onMoved: (from: string, to: string) => void,
   *   onChange: () => void,
   *   exclusive: <T>(name: string, work: () => Promise<T>) => Promise<T>,
   * }} options
   *   `deliver` uploads and posts one item, and calls `save` when it learned something worth
   *   keeping; `onSent` hears each answer before the item leaves; `onMoved` hears that a new
   *   thread became a conversation; `exclusive` keeps other tabs out while it works.
   */
  constructor(options) {
    this.options = options;
  }

  /** @param {string} [thread] */
  items(thread) {
    return thread ? this.#items.filter((item) => item.thread === thread) : [...this.#items];
  }

  /** @param {{client_id: string|null}} item */
  isInFlight(item) {
    return this.#inFlight.has(item.client_id);
  }

  /** Take over what an earlier page or another tab left behind, and send it. */
  async load() {
    /** @type {Outgoing[]} */
    const stored = await this.options.store.all("outbox").catch(() => []);
    // After the wait: what was written or left during it may be on the device as we read it.
    const known = new Set([...this.#gone, ...this.#items.map((item) => item.client_id)]);
    for (const item of stored) if (!known.has(item.client_id)) this.#items.push(item);
    this.#items.sort((a, b) => (a.n ?? Infinity) - (b.n ?? Infinity));
    this.options.onChange();
    this.#drainAll();
  }

  /**
   * @param {{client_id: string, thread: string, body: string, attachments: Upload[],
   *   page: Page|null}} draft
   * @param {() => void} [kept] called when it is on the device
   */
  add(draft, kept) {
    const item = { ...draft, created_at: Date.now(), ...fresh() };
    this.#items.push(item);
    this.options.onChange();
    return this.#keep(item).then(kept).then(() => this.#drain(item.thread));
  }

  /**
   * Try a failed message again. It goes to the end of its line, because that is when it is sent.
   * @param {string} clientId
   */
  async retry(clientId) {
    const item = this.#find(clientId);
    if (!item || item.status !== "failed") return;
    const old = item.n;
    // The server holds something else under this id: as what it is, it may still be said.
    if (item.problem === "client-id-reused") item.client_id = uuid7();
    // What was uploaded long ago may be gone there, but not here.
    const isStale = item.problem === "validation";
    for (const file of item.attachments) if (isStale && file.blob) delete file.id;
    Object.assign(item, fresh());
    delete item.n;
    this.#items = [...this.#items.filter((other) => other !== item), item];
    this.options.onChange();
    await this.#keep(item);
    await this.#erase(old);
    await this.#drain(item.thread);
  }

  /** @param {string} clientId */
  discard(clientId) {
    const item = this.#find(clientId);
    if (item) this.#forget(item);
  }

  /**
   * The server holds this message: it may leave, and its thread is that conversation from now on.
   * @param {string} clientId
   * @param {string} conversation
   */
  confirm(clientId, conversation) {
    const item = this.#find(clientId);
    if (!item) return;
    const from = item.thread;
    if (from !== conversation) {
      for (const other of this.items(from)) {
        other.thread = conversation;
        if (other !== item) this.#keep(other);
      }
      this.options.onMoved(from, conversation);
    }
    this.#forget(item);
    if (from !== conversation) this.#drain(conversation);
  }

  /** The network is back: try at once whatever waits for a timer. */
  hurry() {
    for (const item of this.#items) item.next_at = 0;
    this.#drainAll();
  }

  /** Forget everything here; the device may be another's by now. */
  leave() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#items = [];
  }

  #drainAll() {
    for (const { thread } of this.#items) this.#drain(thread);
  }

  /** @param {string} thread */
  async #drain(thread) {
    if (this.#running.has(thread)) return;
    this.#running.add(thread);
    clearTimeout(this.#timers.get(thread));
    this.#timers.delete(thread);
    try {
      await this.#saving;
      for (let head; (head = this.#head(thread)); ) {
        const item = head;
        const wait = item.next_at - Date.now();
        if (wait > 0) {
          this.#timers.set(thread, setTimeout(() => this.#drain(thread), wait));
          return;
        }
        await this.options.exclusive(thread, () => this.#attempt(item));
      }
    } finally {
      this.#running.delete(thread);
    }
  }

  /** @param {Outgoing} item */
  async #attempt(item) {
    if (!(await this.#isStillOurs(item))) return;
    this.#inFlight.add(item.client_id);
    this.options.onChange();
    try {
      const answer = await this.options.deliver(item, () => this.#keep(item));
      this.#inFlight.delete(item.client_id);
      // Who wrote it may have left: the answer is none to the next.
      if (!this.#items.includes(item) && !this.#gone.has(item.client_id)) return;
      this.options.onSent(item, answer);
      this.confirm(item.client_id, answer.conversation?.id || item.thread);
      // Before another tab may look at the store.
      await this.#saving;
    } catch (problem) {
      this.#inFlight.delete(item.client_id);
      await this.#failed(item, problem);
    }
  }

  /**
   * Another tab may have turned its thread into a conversation since we read it. When it is not on
   * the device any more, another tab has sent it: the server tells us what became of it, as often
   * as we ask.
   *
   * @param {Outgoing} item
   */
  async #isStillOurs(item) {
    if (item.n === undefined) return true;
    /** @type {Outgoing|undefined} */
    const stored = await this.options.store.get("outbox", item.n).catch(() => item);
    if (!this.#items.includes(item)) return false;
    if (!stored || stored.thread === item.thread) return true;
    const from = item.thread;
    item.thread = stored.thread;
    this.options.onMoved(from, stored.thread);
    this.#drain(stored.thread);
    return false;
  }

  /**
   * @param {Outgoing} item
   * @param {unknown} problem
   */
  async #failed(item, problem) {
    if (!this.#items.includes(item)) return;
    const { isTransient, retryAfter } =
      problem instanceof Problem ? problem : { isTransient: false, retryAfter: 0 };
    if (isTransient && retryAfter <= LONGEST_HOLD_S) {
      item.attempts += 1;
      item.next_at = Date.now() + Math.max(fullJitter(item.attempts), retryAfter * 1000);
    } else {
      item.status = "failed";
      item.reason = problem instanceof Problem ? problem.message : "";
      item.problem = problem instanceof Problem ? problem.type : "";
    }
    this.options.onChange();
    await this.#keep(item);
  }

  /** @param {Outgoing} item */
  #forget(item) {
    this.#items = this.#items.filter((other) => other !== item);
    this.#gone.add(item.client_id);
    this.options.onChange();
    this.#saving = this.#saving.then(() => this.#erase(item.n));
  }

  /** @param {Outgoing} item */
  #keep(item) {
    const save = async () => {
      if (!this.#items.includes(item)) return;
      const put = (/** @type {Outgoing} */ row) => this.options.store.put("outbox", row);
      const bare = item.attachments.map(({ blob: _blob, ...file }) => file);
      // A device without room for files may have some for words. Without any it still sends: the
      // message then lives as long as this page, and says so.
      const key = await put({ ...item })
        .catch(() => put({ ...item, attachments: bare }))
        .catch(() => undefined);
      if (key !== undefined) item.n = /** @type {number} */ (key);
      const isLoose = item.n === undefined;
      if (isLoose === Boolean(item.isLoose)) return;
      item.isLoose = isLoose;
      this.options.onChange();
    };
    this.#saving = this.#saving.then(save);
    return this.#saving;
  }

  /** @param {number|undefined} n undefined when it was never stored */
  async #erase(n) {
    if (n !== undefined) await this.options.store.remove("outbox", n).catch(() => {});
  }

  /** @param {string} clientId */
  #find(clientId) {
    return this.#items.find((item) => item.client_id === clientId);
  }

  /** @param {string} thread */
  #head(thread) {
    return this.#items.find((item) => item.thread === thread && item.status === "queued");
  }
}

/** @returns {Pick<Outgoing, "status"|"attempts"|"next_at"|"reason"|"problem">} */
const fresh = () => ({ status: "queued", attempts: 0, next_at: 0, reason: "", problem: "" });
