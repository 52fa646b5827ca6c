import { Problem } from "./api.js";
import { isNewThread, pathOf, Timeline } from "./timeline.js";

/**
 * @typedef {import("./messenger.js").Messenger} Messenger
 * @typedef {import("./types.js").Message} Message
 * @typedef {{timeline: Timeline, isLoading: boolean, problem: Problem|null,
 *   typing: {name: string, isBot: boolean}|null}} Thread
 */

const PAGE = 50;
/** More missing messages than this are not fetched one page after another: start from the end. */
const CATCH_UP = 400;
const TYPING_SHOWN_MS = 4000;

/** What is here of each conversation's messages, and how more of them comes. */
export class Threads {
  /** @type {Map<string, Thread>} */
  #threads = new Map();

  /** @param {Messenger} messenger */
  constructor(messenger) {
    this.messenger = messenger;
  }

  /** @param {string} key */
  get(key) {
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
    return this.get(key).timeline.entries(this.messenger.outbox.items(key), from, to);
  }

  /** @param {string} key */
  count(key) {
    const { timeline } = this.get(key);
    return timeline.length + timeline.tail(this.messenger.outbox.items(key)).length;
  }

  /** @returns {[string, Thread][]} those of which the newest page is here, the latest last */
  loaded() {
    return [...this.#threads].filter(([, { timeline }]) => timeline.isLoaded);
  }

  clear() {
    this.#threads.clear();
  }

  /**
   * A new thread became a conversation.
   * @param {string} from
   * @param {string} to
   */
  move(from, to) {
    const thread = this.#threads.get(from);
    // It may have been opened from the list before we heard that it is the same.
    if (thread && !this.#threads.get(to)?.timeline.isLoaded) this.#threads.set(to, thread);
    this.#threads.delete(from);
  }

  /**
   * Load the newest page of a thread, unless it is there.
   * @param {string} key
   */
  async open(key) {
    const { timeline } = this.get(key);
    if (!timeline.isLoaded) {
      await this.#load(key, `limit=${PAGE}`, (messages) => timeline.reset(messages));
    }
    return this.catchUp(key);
  }

  /** @param {string} key */
  async loadOlder(key) {
    const { timeline } = this.get(key);
    if (!timeline.isLoaded || !timeline.hasOlder) return undefined;
    const query = `before=${timeline.firstSeq}&limit=${PAGE}`;
    await this.#load(key, query, (messages) => timeline.prepend(messages));
    return this.catchUp(key);
  }

  /**
   * Fetch what a loaded thread lacks.
   * @param {string} key
   */
  async catchUp(key) {
    const { messenger } = this;
    const { timeline, isLoading } = this.#threads.get(key) || {};
    if (!timeline?.isLoaded || isLoading) return;
    const lastSeq = () => messenger.conversations.get(key)?.last_seq || 0;
    if (lastSeq() - timeline.lastSeq > CATCH_UP) {
      await this.#load(key, `limit=${PAGE}`, (messages) => timeline.reset(messages));
    }
    for (let before = -1; timeline.lastSeq < lastSeq() && timeline.lastSeq > before; ) {
      before = timeline.lastSeq;
      const query = `after=${before}&limit=${PAGE * 2}`;
      await this.#load(key, query, (messages) => messenger.arrived(key, messages));
    }
  }

  /**
   * @param {string} key
   * @param {string} query
   * @param {(messages: Message[]) => void} place
   */
  async #load(key, query, place) {
    const { messenger } = this;
    const thread = this.get(key);
    if (thread.isLoading) return;
    thread.isLoading = true;
    thread.problem = null;
    messenger.tell("change");
    try {
      const answer = await messenger.api.call("GET", `${pathOf(key)}messages?${query}`);
      // Signed out meanwhile: this is not for whoever comes next.
      if (this.#threads.get(key) !== thread) return;
      messenger.know(answer.conversation);
      if (answer.beginning) thread.timeline.beginning = answer.beginning;
      place(answer.messages);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      thread.problem = problem;
    } finally {
      thread.isLoading = false;
      messenger.tell("change");
    }
  }

  /**
   * Somebody writes: shown for a moment, as long as nothing more is heard of it.
   * @param {string} key
   * @param {{type: string, name: string}} author
   */
  showTyping(key, author) {
    const thread = this.#threads.get(key);
    if (!thread) return;
    const typing = { name: author.name, isBot: author.type === "bot" };
    thread.typing = typing;
    this.messenger.tell("change");
    setTimeout(() => {
      if (thread.typing !== typing) return;
      thread.typing = null;
      this.messenger.tell("change");
    }, TYPING_SHOWN_MS);
  }
}
