import { Api, Problem, seconds } from "./api.js";
import { h, icon } from "./dom.js";
import { fileSize, t } from "./i18n.js";
import { uuid7 } from "./ids.js";
import { Outbox } from "./outbox.js";
import { LiveSocket } from "../../shared/socket.js";
import { Timeline } from "./timeline.js";
import { loadFiles, loadRating } from "./views/lazy.js";

/**
 * @typedef {import("./types.js").Conversation} Conversation
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Session} Session
 * @typedef {import("./types.js").Page} Page
 * @typedef {import("./types.js").Upload} Upload
 * @typedef {import("./types.js").Outgoing} Outgoing
 * @typedef {{timeline: Timeline, isLoading: boolean, problem: Problem|null,
 *   typing: {name: string, isBot: boolean, until: number}|null}} Thread
 */

const PAGE = 50;
/** More missing messages than this are not fetched one page after another: start from the end. */
const CATCH_UP = 400;
/** How long a closed messenger stays connected after the last message. */
const ACTIVE_MS = 10 * 60 * 1000;
/** How often a closed messenger looks for an answer after that. */
const IDLE_POLL_MS = 60 * 1000;
/** How long after the last message a closed messenger still looks. */
const IDLE_POLL_FOR_MS = 24 * 60 * 60 * 1000;
/** More threads than this are not replayed by the socket, but fetched. */
const REPLAYED = 20;
const TYPING_SHOWN_MS = 4000;
const TYPING_EVERY_MS = 3000;

/** @param {string} key of a thread */
export const isNewThread = (key) => key.startsWith("new:");

/** @param {string} key of a conversation, as the page around us may have named it */
const pathOf = (key) => `conversations/${encodeURIComponent(key)}/`;

/**
 * Everything the messenger knows, and everything it does; the views only show it.
 *
 * Events: `list` (conversations or unread changed), `thread` (detail: key), `moved` (detail:
 * {from, to}: a new thread became a conversation), `connection`, `incoming` (detail: {key,
 * message}).
 */
export class Messenger extends EventTarget {
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Map<string, Thread>} */
  #threads = new Map();
  /** @type {Session|null} */
  session = null;
  /** @type {Page|null} */
  page = null;
  unread = 0;
  /** @type {string|null|undefined} where the list of conversations goes on, once it was asked */
  next = undefined;
  /** @type {import("./views/rating.js").Ratings|null} */
  ratings = null;
  /** @type {import("./views/files.js").Uploads|null} */
  uploads = null;
  isReachable = true;
  isShown = false;

  /** @type {Map<string, number>} what was read but is not yet known to the server */
  #reading = new Map();
  /** @type {Map<string, number>} up to where messages were announced, per conversation */
  #announced = new Map();
  #lastActivity = 0;
  #lastTyping = 0;
  #pollTimer = 0;
  #isPolling = false;

  /**
   * @param {{base: string, store: import("./store.js").Store, renew: () => Promise<string>,
   *   app: string}} options
   */
  constructor({ base, store, renew, app }) {
    super();
    this.store = store;
    this.api = new Api({ base, renew, onReach: (isReachable) => this.#reached(isReachable) });
    this.outbox = new Outbox({
      store,
      deliver: (item, save) => this.#deliver(item, save),
      onSent: (item, answer) => this.#sent(item, answer),
      onMoved: (from, to) => this.#moved(from, to),
      onChange: (thread) => this.#changed(thread),
      exclusive: (thread, work) => exclusively(`counterfoil:${app}:${thread}`, work),
    });
    this.socket = new LiveSocket({
      url: () => this.settings.live_url,
      hello: () => this.#hello(),
      onFrame: (frame) => this.#onFrame(frame),
      onState: () => this.#connectionChanged(),
      onRefused: () => this.#refused(),
    });
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.#emit("connection"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.hurry();
    });
  }

  get settings() {
    return /** @type {Session} */ (this.session).settings;
  }

  /**
   * How far the visitor is from the server, in the words the interface uses: `live`, `offline`
   * (no network), `reconnecting` (no answer), `polling` (answers, but no live connection) or
   * `quiet` (nobody looks).
   */
  get connection() {
    if (!navigator.onLine) return "offline";
    if (this.socket.state === "idle") return "quiet";
    if (!this.isReachable) return "reconnecting";
    if (this.socket.state === "live") return "live";
    return this.socket.failures >= 3 ? "polling" : "reconnecting";
  }

  /**
   * Take over a boot's answer: at the start, after a refused token, and when the visitor signs in.
   * @param {Session} session
   */
  begin(session) {
    this.session = session;
    this.api.token = session.token;
    this.unread = session.unread;
    this.conversations = new Map(session.conversations.map((item) => [item.id, item]));
    for (const item of session.conversations) {
      this.#wasActive(Date.parse(item.updated_at));
      this.#announced.set(item.id, item.last_seq);
    }
    for (const key of this.#threads.keys()) {
      if (!isNewThread(key) && !this.conversations.has(key)) this.#threads.delete(key);
    }
    this.next = undefined;
    this.#emit("list");
    this.socket.stop();
    this.#connect();
    this.#recallRatings();
  }

  /** Forget this visitor, here and on the device. */
  async end() {
    this.session = null;
    this.socket.stop();
    clearTimeout(this.#pollTimer);
    this.ratings = null;
    this.conversations.clear();
    this.#threads.clear();
    this.#reading.clear();
    this.#announced.clear();
    this.unread = 0;
    await this.outbox.clear();
  }

  /** @param {boolean} isShown whether the visitor sees the messenger */
  setShown(isShown) {
    this.isShown = isShown;
    if (isShown) this.#connect();
  }

  /** Something gives hope that the network is back. */
  hurry() {
    if (!this.session) return;
    this.#emit("connection");
    this.socket.hurry();
    this.load().then(() => this.outbox.hurry());
    this.#connect();
  }

  /** Take over what was written and not sent, with what shows its files. */
  async load() {
    await this.outbox.load();
    const hasFiles = this.outbox.items().some((item) => item.attachments.length);
    if (!hasFiles) return;
    await this.files().catch(() => {});
    this.#emit("thread");
  }

  /** What files need on their way; few visitors send any. */
  async files() {
    const { Uploads } = await loadFiles();
    const tools = { api: this.api, Problem, seconds, uuid7, h, t, icon, fileSize };
    return (this.uploads ??= new Uploads(tools, () => this.#emit("thread")));
  }

  /** @param {string} key */
  thread(key) {
    let thread = this.#threads.get(key);
    if (!thread) {
      thread = { timeline: new Timeline(), isLoading: false, problem: null, typing: null };
      thread.timeline.isLoaded = isNewThread(key);
      this.#threads.set(key, thread);
    }
    return thread;
  }

  /**
   * @param {string} key
   * @param {number} [from] the first of the entries that are wanted
   * @param {number} [to]
   */
  entries(key, from, to) {
    return this.thread(key).timeline.entries(this.outbox.items(key), from, to);
  }

  /** @param {string} key */
  count(key) {
    const { timeline } = this.thread(key);
    return timeline.messages.length + timeline.unstored(this.outbox.items(key)).length;
  }

  /** Threads that wait for their first message to arrive at the server. */
  newThreads() {
    return [...new Set(this.outbox.items().map((item) => item.thread))].filter(isNewThread);
  }

  /** Conversations, the latest first. */
  recent() {
    return [...this.conversations.values()].sort((a, b) =>
      a.updated_at < b.updated_at ? 1 : -1,
    );
  }

  /** Look for what is new, as the socket would have told. */
  refresh() {
    return this.#poll();
  }

  /** The next page of older conversations. */
  async loadMore() {
    if (!this.next) return;
    const query = `cursor=${encodeURIComponent(this.next)}`;
    const answer = await this.#quietly("GET", `conversations?${query}`);
    if (!answer) return;
    this.next = answer.next;
    for (const item of answer.conversations) this.#upsert(item);
    this.#emit("list");
  }

  /**
   * Load the newest page of a thread, unless it is there.
   * @param {string} key
   */
  async open(key) {
    const { timeline } = this.thread(key);
    if (timeline.isLoaded) return this.#catchUp(key);
    return this.#load(key, `limit=${PAGE}`, (messages) => timeline.reset(messages));
  }

  /** @param {string} key */
  async loadOlder(key) {
    const { timeline } = this.thread(key);
    if (!timeline.isLoaded || !timeline.hasOlder) return undefined;
    const query = `before=${timeline.firstSeq}&limit=${PAGE}`;
    return this.#load(key, query, (messages) => timeline.prepend(messages));
  }

  /**
   * @param {string} key
   * @param {string} body
   * @param {Upload[]} attachments
   */
  send(key, body, attachments = []) {
    this.#wasActive(Date.now());
    this.#lastTyping = 0;
    const text = body.toWellFormed?.() ?? body;
    this.outbox.add({ client_id: uuid7(), thread: key, body: text, attachments, page: this.page });
    this.#connect();
  }

  /** @param {string} key of a thread in which the visitor writes */
  type(key) {
    const now = Date.now();
    if (isNewThread(key) || now - this.#lastTyping < TYPING_EVERY_MS) return;
    this.#lastTyping = now;
    if (this.socket.send({ type: "typing", conversation: key })) return;
    this.#quietly("POST", `${pathOf(key)}typing`);
  }

  /**
   * The visitor has seen everything in this thread up to its last message.
   * @param {string} key
   */
  read(key) {
    const conversation = this.conversations.get(key);
    const seq = this.thread(key).timeline.lastSeq;
    if (!conversation || seq <= conversation.read_seq) return;
    conversation.read_seq = seq;
    conversation.unread = 0;
    this.#countUnread();
    this.#reading.set(key, seq);
    this.#flushReading();
  }

  /**
   * Stop sending, as far as that is still possible.
   * @param {Outgoing} item
   */
  discard(item) {
    for (const file of item.attachments) this.uploads?.cancel(file);
    this.outbox.discard(item.client_id);
  }

  /** What there is to rate with; few visitors ever do. */
  async rateable() {
    const { Ratings } = await loadRating();
    return (this.ratings ??= new Ratings(this));
  }

  /**
   * A conversation as the server just told it.
   * @param {Conversation} conversation
   */
  learn(conversation) {
    this.#upsert(conversation);
  }

  #emit(/** @type {string} */ name, /** @type {any} */ detail = undefined) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #changed(/** @type {string} */ key) {
    this.#emit("thread", key);
    this.#emit("list");
  }

  #countUnread() {
    this.unread = sum([...this.conversations.values()].map((item) => item.unread));
    this.#emit("list");
  }

  // The connection

  #connect() {
    if (!this.session) return;
    if (this.#isWanted()) this.socket.start();
    this.#schedulePoll();
  }

  #isWanted() {
    const waits = this.outbox.items().some((item) => item.status === "queued");
    return this.isShown || waits || Date.now() - this.#lastActivity < ACTIVE_MS;
  }

  #wasActive(/** @type {number} */ at) {
    this.#lastActivity = Math.max(this.#lastActivity, at);
  }

  #connectionChanged() {
    if (this.socket.state === "live") this.#flush();
    this.#emit("connection");
  }

  #reached(/** @type {boolean} */ isReachable) {
    if (this.isReachable === isReachable) return;
    this.isReachable = isReachable;
    if (isReachable) {
      this.socket.hurry();
      this.outbox.hurry();
    }
    this.#emit("connection");
  }

  async #refused() {
    try {
      await this.api.renewal(this.api.token);
      this.#connect();
    } catch {
      this.#schedulePoll();
    }
  }

  #hello() {
    /** @type {Record<string, number>} */
    const after = {};
    const loaded = [...this.#threads].filter(([, { timeline }]) => timeline.isLoaded);
    for (const [key, { timeline }] of loaded.slice(-REPLAYED)) {
      if (!isNewThread(key)) after[key] = timeline.lastSeq;
    }
    return { type: "hello", token: this.api.token, after };
  }

  /** While there is no live connection, look every few seconds; when nobody looks, rarely. */
  #schedulePoll() {
    clearTimeout(this.#pollTimer);
    const isWanted = this.#isWanted();
    if (!isWanted && Date.now() - this.#lastActivity > IDLE_POLL_FOR_MS) return this.socket.stop();
    const ms = isWanted ? this.settings.poll_seconds * 1000 : IDLE_POLL_MS;
    this.#pollTimer = setTimeout(async () => {
      if (!this.#isWanted()) this.socket.stop();
      if (this.socket.state !== "live" && document.visibilityState === "visible") {
        await this.#poll();
      }
      this.#schedulePoll();
    }, ms);
    return undefined;
  }

  async #poll() {
    if (this.#isPolling || !this.session) return;
    this.#isPolling = true;
    const answer = await this.#quietly("GET", "conversations");
    this.#isPolling = false;
    if (!answer || !this.session) return;
    if (this.next === undefined) this.next = answer.next;
    for (const item of answer.conversations) this.#upsert(item);
    this.#flush();
  }

  /**
   * A question that will be asked again anyway: a failure is no news.
   * @param {string} method
   * @param {string} path
   * @returns {Promise<any>} null when it failed
   */
  #quietly(method, path) {
    return this.api.call(method, path).catch(() => null);
  }

  /** @param {any} frame */
  #onFrame(frame) {
    const key = frame.conversation?.id || frame.conversation;
    if (frame.type === "ready") this.#compare(frame.conversations);
    else if (frame.type === "ping") this.#compare(frame.seq);
    else if (frame.type === "message") this.#arrived(key, [frame.message]);
    else if (frame.type === "conversation") this.#upsert(frame.conversation);
    else if (frame.type === "stale") this.#poll();
    else if (frame.type === "typing") this.#typing(key, frame.author);
    else if (frame.type === "read" && frame.by === "teammate") this.#seen(key, frame.seq);
  }

  /**
   * The server's idea of how far each conversation is; fetch what we lack.
   * @param {Record<string, number>} [lasts]
   */
  #compare(lasts = {}) {
    for (const [key, seq] of Object.entries(lasts)) {
      const known = this.conversations.get(key);
      if (!known || known.last_seq < seq) return this.#poll();
      const timeline = this.#threads.get(key)?.timeline;
      if (timeline?.isLoaded && timeline.lastSeq < seq) this.#catchUp(key);
    }
    return undefined;
  }

  // Conversations and messages

  /** @param {Conversation} conversation */
  #upsert(conversation) {
    if (!this.#know(conversation)) return;
    this.#wasActive(Date.parse(conversation.updated_at));
    this.#countUnread();
    this.#changed(conversation.id);
    if (this.#threads.has(conversation.id)) this.#catchUp(conversation.id);
  }

  /**
   * @param {Conversation} conversation
   * @returns {boolean} false when it tells of a moment before what is known already
   */
  #know(conversation) {
    const known = this.conversations.get(conversation.id);
    if (known && conversation.last_seq < known.last_seq) return false;
    // What we read a moment ago may not have been counted when this was written.
    const read_seq = Math.max(known?.read_seq || 0, conversation.read_seq);
    this.conversations.set(conversation.id, {
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
  #arrived(key, messages) {
    for (const { client_id } of messages) if (client_id) this.outbox.confirm(client_id, key);
    const conversation = this.conversations.get(key);
    if (!conversation) {
      this.#poll();
      return;
    }
    const thread = this.thread(key);
    thread.timeline.apply(messages);
    for (const message of messages) {
      if (message.seq > conversation.last_seq) {
        conversation.last_seq = message.seq;
        conversation.updated_at = message.created_at;
        conversation.preview = message.body_text || message.attachments[0]?.name || "";
        conversation.preview_author = message.author;
      }
      this.#announce(key, message);
    }
    if (thread.timeline.isLoaded && thread.timeline.hasGap) this.#catchUp(key);
    this.#changed(key);
  }

  /**
   * @param {string} key
   * @param {Message} message
   */
  #announce(key, message) {
    if (message.seq <= (this.#announced.get(key) || 0)) return;
    this.#announced.set(key, message.seq);
    this.#wasActive(Date.now());
    if (message.author.type === "contact") return;
    this.thread(key).typing = null;
    this.#emit("incoming", { key, message });
  }

  /** @param {string} key */
  async #catchUp(key) {
    const { timeline, isLoading } = this.thread(key);
    if (!this.conversations.has(key) || !timeline.isLoaded || isLoading) return;
    const lastSeq = () => this.conversations.get(key)?.last_seq || 0;
    const isBehind = () => timeline.hasGap || timeline.lastSeq < lastSeq();
    if (lastSeq() - timeline.lastSeq > CATCH_UP) {
      await this.#load(key, `limit=${PAGE}`, (messages) => timeline.reset(messages));
      return;
    }
    for (let before = -1; isBehind() && timeline.lastSeq > before; ) {
      before = timeline.lastSeq;
      const query = `after=${before}&limit=${PAGE * 2}`;
      await this.#load(key, query, (messages) => this.#arrived(key, messages));
    }
  }

  /**
   * @param {string} key
   * @param {string} query
   * @param {(messages: Message[]) => void} place
   */
  async #load(key, query, place) {
    const thread = this.thread(key);
    if (thread.isLoading) return;
    thread.isLoading = true;
    thread.problem = null;
    this.#emit("thread", key);
    try {
      const answer = await this.api.call("GET", `${pathOf(key)}messages?${query}`);
      // Signed out meanwhile: this is not for whoever comes next.
      if (this.#threads.get(key) !== thread) return;
      this.#know(answer.conversation);
      place(answer.messages);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      thread.problem = problem;
    } finally {
      thread.isLoading = false;
      this.#emit("thread", key);
    }
  }

  /**
   * @param {string} key
   * @param {{type: string, name: string}} author
   */
  #typing(key, author) {
    const thread = this.#threads.get(key);
    if (!thread) return;
    const until = Date.now() + TYPING_SHOWN_MS;
    thread.typing = { name: author.name, isBot: author.type === "bot", until };
    this.#emit("thread", key);
    setTimeout(() => {
      if (!thread.typing || thread.typing.until > Date.now()) return;
      thread.typing = null;
      this.#emit("thread", key);
    }, TYPING_SHOWN_MS + 50);
  }

  #seen(/** @type {string} */ key, /** @type {number} */ seq) {
    const conversation = this.conversations.get(key);
    if (!conversation || seq <= conversation.seen_seq) return;
    conversation.seen_seq = seq;
    this.#emit("thread", key);
  }

  #flush() {
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

  // Sending

  /**
   * @param {Outgoing} item
   * @param {() => Promise<unknown>} save
   */
  async #deliver(item, save) {
    for (const file of item.attachments) {
      if (file.id) continue;
      const uploads = await this.files().catch(() => null);
      if (!uploads) throw new Problem(0);
      await uploads.finish(file);
      await save();
    }
    const { client_id, body, thread, page } = item;
    const attachments = item.attachments.map((file) => file.id);
    const message = { client_id, body, attachments };
    return isNewThread(thread)
      ? this.api.call("POST", "conversations", page ? { ...message, page } : message)
      : this.api.call("POST", `${pathOf(thread)}messages`, message);
  }

  /**
   * @param {Outgoing} item
   * @param {import("./outbox.js").Answer} answer
   */
  #sent(item, { conversation, message }) {
    const key = conversation?.id || item.thread;
    if (conversation) {
      this.thread(key).timeline.isLoaded = true;
      this.conversations.set(key, { ...conversation, ...this.conversations.get(key) });
    }
    this.#arrived(key, [message]);
    for (const file of item.attachments) this.uploads?.release(file);
  }

  #moved(/** @type {string} */ from, /** @type {string} */ to) {
    const thread = this.#threads.get(from);
    if (thread) this.#threads.set(to, thread);
    this.#threads.delete(from);
    this.#emit("moved", { from, to });
    this.#changed(to);
  }
}

/**
 * One tab at a time, where the browser can say so. Where it cannot, the client id alone keeps a
 * message from being stored twice.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function exclusively(name, work) {
  let isRunning = false;
  const once = () => {
    isRunning = true;
    return work();
  };
  try {
    return await (navigator.locks ? navigator.locks.request(name, once) : once());
  } catch (problem) {
    if (isRunning) throw problem;
    return work();
  }
}

const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, n) => total + n, 0);
