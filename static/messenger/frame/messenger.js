import { Api, Problem } from "./api.js";
import { Connection } from "./connection.js";
import { uuid7 } from "./ids.js";
import { Sending } from "./sending.js";
import { Threads } from "./threads.js";
import { isNewThread, pathOf } from "./timeline.js";
import { load } from "./views/lazy.js";

/**
 * @typedef {import("./types.js").Conversation} Conversation
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Session} Session
 * @typedef {import("./types.js").Page} Page
 * @typedef {import("./types.js").Upload} Upload
 * @typedef {import("./types.js").Outgoing} Outgoing
 */

/** More threads than this are not replayed by the socket, but fetched. */
const REPLAYED = 20;
const TYPING_EVERY_MS = 3000;
/** How long after a heartbeat the frames may come that tell what it knows already. */
const FRAME_WITHIN_MS = 1000;

/**
 * Everything the messenger knows, and everything it does; the views only show it.
 *
 * Events: `change` (anything that is shown), `moved` (detail: {from, to}: a new thread became a
 * conversation), `connection`, `incoming` (detail: {key, message}), `draft` (detail: what another
 * tab has half written).
 */
export class Messenger extends EventTarget {
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Session|null} */
  session = null;
  /** @type {Page|null} */
  page = null;
  unread = 0;
  /** Who this is among those who meet in one browser. */
  visit = "";
  /** @type {Map<string, import("./types.js").Draft>} what is half written, in any tab */
  drafts = new Map();
  /** @type {string|null|undefined} where the list of conversations goes on, once it was asked */
  next = undefined;
  /** @type {import("./views/rating.js").Ratings|null} */
  ratings = null;
  isShown = false;

  /** @type {Map<string, number>} what was read but is not yet known to the server */
  #reading = new Map();
  /** @type {Map<string, number>} up to where messages were announced, per conversation */
  #announced = new Map();
  #lastTyping = 0;
  #isPolling = false;
  #isStale = false;
  /** Changes with who the visitor is: an answer to one is none to the next. */
  #visit = {};

  /**
   * @param {{base: string, store: import("./store.js").Store, renew: () => Promise<string>,
   *   app: string}} options
   */
  constructor({ base, store, renew, app }) {
    super();
    this.store = store;
    this.api = new Api({ base, renew, onReach: (isReached) => this.connection.reached(isReached) });
    this.sending = new Sending(this, app);
    this.outbox = this.sending.outbox;
    this.connection = new Connection(this);
    this.threads = new Threads(this);
  }

  get settings() {
    return /** @type {Session} */ (this.session).settings;
  }

  /**
   * Take over a boot's answer: at the start, after a refused token, and when the visitor signs in.
   * @param {Session} session
   */
  begin(session) {
    this.session = session;
    this.api.token = session.token;
    for (const item of session.conversations) {
      this.connection.wasActive(item.updated_at);
      if (!this.conversations.has(item.id)) this.#announced.set(item.id, item.last_seq);
      this.know(item);
    }
    this.next = undefined;
    this.#countUnread();
    this.connection.stop();
    this.connection.start();
    this.#recallRatings();
  }

  /** Forget this visitor; what the device keeps of them is another matter. */
  end() {
    this.session = null;
    this.#visit = {};
    this.connection.stop();
    this.ratings = null;
    this.conversations.clear();
    this.threads.clear();
    this.drafts = new Map();
    this.#reading.clear();
    this.#announced.clear();
    this.unread = 0;
    this.outbox.leave();
  }

  /** @param {boolean} isShown whether the visitor sees the messenger */
  setShown(isShown) {
    this.isShown = isShown;
    if (isShown) this.connection.start();
  }

  /** Threads that wait for their first message to arrive at the server. */
  newThreads() {
    return [...new Set(this.outbox.items().map((item) => item.thread))].filter(isNewThread);
  }

  /** Conversations, the latest first. */
  recent() {
    const listed = [...this.conversations.values()].filter((each) => each.is_listed !== false);
    return listed.sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
  }

  /** The next page of older conversations. */
  async loadMore() {
    if (!this.next) return;
    const query = `cursor=${encodeURIComponent(this.next)}`;
    const answer = await this.#quietly("GET", `conversations?${query}`);
    if (!answer) return;
    this.next = answer.next;
    for (const item of answer.conversations) this.learn(item);
    this.tell("change");
  }

  /**
   * @param {string} key
   * @param {string} body
   * @param {Upload[]} attachments
   * @param {() => void} [kept] called when it is on the device
   */
  send(key, body, attachments = [], kept) {
    this.connection.wasActive();
    this.#lastTyping = 0;
    const text = body.toWellFormed?.() ?? body;
    const item = { client_id: uuid7(), thread: key, body: text, attachments, page: this.page };
    this.outbox.add(item, kept);
    this.connection.start();
  }

  /** @param {string} key of a thread in which the visitor writes */
  type(key) {
    const now = Date.now();
    if (isNewThread(key) || now - this.#lastTyping < TYPING_EVERY_MS) return;
    this.#lastTyping = now;
    if (this.connection.socket.send({ type: "typing", conversation: key })) return;
    this.#quietly("POST", `${pathOf(key)}typing`);
  }

  /**
   * The visitor has seen everything in this thread up to its last message.
   * @param {string} key
   */
  read(key) {
    const conversation = this.conversations.get(key);
    const seq = this.threads.get(key).timeline.lastSeq;
    if (!conversation || seq <= conversation.read_seq) return;
    conversation.read_seq = seq;
    conversation.unread = 0;
    this.#countUnread();
    this.#reading.set(key, seq);
    this.#flushReading();
  }

  /** What there is to rate with; few visitors ever do. */
  async rateable() {
    const { Ratings } = await load("rating");
    return (this.ratings ??= new Ratings(this));
  }

  tell(/** @type {string} */ name, /** @type {any} */ detail = undefined) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #countUnread() {
    this.unread = 0;
    for (const { unread } of this.conversations.values()) this.unread += unread;
    this.tell("change");
  }

  // The connection

  hello() {
    /** @type {Record<string, number>} */
    const after = {};
    for (const [key, { timeline }] of this.threads.loaded().slice(-REPLAYED)) {
      if (!isNewThread(key)) after[key] = timeline.lastSeq;
    }
    return { type: "hello", token: this.api.token, after };
  }

  /** Look for what is new, as the socket would have told. */
  async refresh() {
    this.#isStale = true;
    if (this.#isPolling) return;
    this.#isPolling = true;
    while (this.#isStale && this.session) {
      // An answer that is under way may not tell of what we are asked about now.
      this.#isStale = false;
      const answer = await this.#quietly("GET", "conversations");
      if (!answer) continue;
      if (this.next === undefined) this.next = answer.next;
      for (const item of answer.conversations) this.learn(item);
      this.flush();
    }
    this.#isPolling = false;
  }

  /**
   * A question that will be asked again anyway: a failure is no news.
   * @param {string} method
   * @param {string} path
   * @returns {Promise<any>} null when it failed, or was for somebody who has left
   */
  async #quietly(method, path) {
    const visit = this.#visit;
    const answer = await this.api.call(method, path).catch(() => null);
    return visit === this.#visit ? answer : null;
  }

  /** @param {any} frame */
  heard(frame) {
    const key = frame.conversation?.id || frame.conversation;
    const known = this.conversations.get(key);
    if (frame.type === "ready") for (const item of frame.rows) this.learn(item);
    else if (frame.type === "ping") this.#compare(frame.versions);
    else if (frame.type === "message") this.arrived(key, [frame.message]);
    else if (frame.type === "conversation") this.learn(frame.conversation);
    else if (frame.type === "stale") this.refresh();
    else if (frame.type === "typing") this.threads.showTyping(key, frame.author);
    else if (frame.type === "read") this.#seen(key, frame.seq);
    else if (frame.type === "unread" && known && frame.seq > known.read_seq) {
      // Read in another tab, or on another device.
      this.learn({ ...known, read_seq: frame.seq, unread: frame.unread });
    }
  }

  /**
   * The server's idea of how far each conversation is; fetch what we lack. It is looked up when it
   * is sent, and what tells of the same change may be a moment behind: that is no lack yet.
   * @param {Record<string, number>} [versions]
   */
  #compare(versions = {}) {
    const visit = this.#visit;
    setTimeout(() => {
      if (visit !== this.#visit) return;
      for (const [key, version] of Object.entries(versions)) {
        const known = this.conversations.get(key);
        if (!known || known.version < version) return this.refresh();
        this.threads.catchUp(key);
      }
    }, FRAME_WITHIN_MS);
  }

  // Conversations and messages

  /** @param {Conversation} conversation as the server just told it */
  learn(conversation) {
    if (!this.know(conversation)) return;
    this.connection.wasActive(conversation.updated_at);
    this.#countUnread();
    this.threads.catchUp(conversation.id);
  }

  /**
   * @param {Conversation} conversation
   * @returns {boolean} false when it tells of a moment before what is known already
   */
  know(conversation) {
    const known = this.conversations.get(conversation.id);
    const isOlder = (/** @type {"version"|"last_seq"} */ name) => conversation[name] < known?.[name];
    // Frames may overtake each other, and answers frames.
    if (isOlder("version") || isOlder("last_seq")) return false;
    // What we read a moment ago may not have been counted when this was written.
    const read_seq = Math.max(known?.read_seq || 0, conversation.read_seq);
    this.conversations.set(conversation.id, {
      ...known,
      ...conversation,
      unread: read_seq < conversation.last_seq ? conversation.unread : 0,
      read_seq,
      seen_seq: Math.max(known?.seen_seq || 0, conversation.seen_seq),
    });
    return true;
  }

  /**
   * @param {string} key
   * @param {Message[]} messages
   */
  arrived(key, messages) {
    for (const { client_id } of messages) if (client_id) this.outbox.confirm(client_id, key);
    this.threads.get(key).timeline.apply(messages);
    const conversation = this.conversations.get(key);
    // The answer to the words that began it tells how it stands.
    if (!conversation && !messages.some((each) => this.outbox.isInFlight(each))) this.refresh();
    for (const message of conversation ? messages : []) {
      if (message.seq > conversation.last_seq) {
        conversation.last_seq = message.seq;
        conversation.updated_at = message.created_at;
        conversation.preview = message.body_text || message.attachments[0]?.name || "";
        conversation.preview_author = message.author;
      }
      this.#announce(key, message);
    }
    this.threads.catchUp(key);
    this.tell("change");
  }

  /**
   * @param {string} key
   * @param {Message} message
   */
  #announce(key, message) {
    if (message.seq <= (this.#announced.get(key) || 0)) return;
    this.#announced.set(key, message.seq);
    this.connection.wasActive();
    if (message.author.type === "contact") return;
    this.threads.get(key).typing = null;
    this.tell("incoming", { key, message });
  }

  #seen(/** @type {string} */ key, /** @type {number} */ seq) {
    const conversation = this.conversations.get(key);
    if (!conversation || seq <= conversation.seen_seq) return;
    conversation.seen_seq = seq;
    this.tell("change");
  }

  /** Tell the server what it has not heard yet. */
  flush() {
    this.#flushReading();
    this.ratings?.flush();
  }

  async #flushReading() {
    for (const [key, seq] of [...this.#reading]) {
      try {
        await this.api.call("PUT", `${pathOf(key)}read`, { seq });
      } catch (problem) {
        if (problem instanceof Problem && problem.isTransient) return;
      }
      if (this.#reading.get(key) === seq) this.#reading.delete(key);
    }
  }

  async #recallRatings() {
    const kept = await this.store.all("meta").catch(() => []);
    if (kept.some(({ name }) => name.startsWith("rating:"))) (await this.rateable()).flush();
  }

  // What was sent

  /**
   * @param {Outgoing} item
   * @param {import("./outbox.js").Answer} answer
   */
  sent(item, { conversation, message }) {
    const key = conversation?.id || item.thread;
    if (conversation) {
      this.threads.get(key).timeline.isLoaded = true;
      this.know(conversation);
    }
    this.arrived(key, [message]);
  }

  moved(/** @type {string} */ from, /** @type {string} */ to) {
    this.threads.move(from, to);
    this.tell("moved", { from, to });
    this.tell("change");
  }
}
