/**
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Outgoing} Outgoing
 * @typedef {import("./types.js").Entry} Entry
 */

/** @param {string} key of a thread */
export const isNewThread = (key) => key.startsWith("new:");

/** @param {string} key of a conversation, as the page around us may have named it */
export const pathOf = (key) => `conversations/${encodeURIComponent(key)}/`;

/**
 * The messages of one conversation, always a run without holes.
 *
 * `seq` is dense: every number from 1 up is one message. What arrives ahead of its turn is held
 * back until the numbers before it are there, so that nothing is ever shown out of order.
 */
export class Timeline {
  /** @type {Message[]} ascending by seq, without a gap */
  messages = [];

  /** @type {Message[]} what it began with: said in another conversation, without a number here */
  beginning = [];

  /** @type {Map<number, Message>} arrived ahead of their turn */
  #ahead = new Map();

  /** True once the newest page was loaded; until then a frame cannot be placed. */
  isLoaded = false;

  get firstSeq() {
    return this.messages[0]?.seq || 1;
  }

  get lastSeq() {
    return this.messages.at(-1)?.seq || 0;
  }

  get hasOlder() {
    return this.firstSeq > 1;
  }

  /** How many stored messages are shown. */
  get length() {
    return this.#began.length + this.messages.length;
  }

  /** Which number the first of them has, if what it began with is counted down from 0. */
  get top() {
    return this.firstSeq - this.#began.length;
  }

  /** What it began with stands above the first message, once that is here. */
  get #began() {
    return this.hasOlder ? [] : this.beginning;
  }

  /**
   * Start over with the newest page. It may be older than what came while it was under way.
   * @param {Message[]} page ascending
   */
  reset(page) {
    const before = this.messages;
    this.messages = [...page];
    this.isLoaded = true;
    for (const seq of this.#ahead.keys()) if (seq <= this.lastSeq) this.#ahead.delete(seq);
    this.apply(before);
  }

  /**
   * Apply messages in any order, from the socket or from a fetch. Doubles are dropped.
   * @param {Message[]} messages
   */
  apply(messages) {
    for (const message of messages) {
      if (message.seq > this.lastSeq) this.#ahead.set(message.seq, message);
    }
    if (this.isLoaded) this.#drain();
  }

  /**
   * Put an older page in front. A page that does not touch the first message is dropped.
   * @param {Message[]} page ascending
   */
  prepend(page) {
    const first = this.firstSeq;
    const older = page.filter((message) => message.seq < first);
    if (older.at(-1)?.seq === first - 1) this.messages = [...older, ...this.messages];
  }

  /**
   * What stands below the run: the visitor's own words that the server has, though not all before
   * them is here yet, then what is on its way.
   *
   * @param {Outgoing[]} outgoing
   * @returns {Entry[]}
   */
  tail(outgoing) {
    const own = [...this.#ahead.values()].filter(({ author }) => author.type === "contact");
    own.sort((a, b) => a.seq - b.seq);
    const isHere = (/** @type {Outgoing} */ item) =>
      [this.messages, own].some((all) => all.some(({ client_id }) => client_id === item.client_id));
    const waiting = outgoing.filter((item) => !isHere(item));
    return [...own.map(stored), ...waiting.map((item) => ({ key: item.client_id, outgoing: item }))];
  }

  /**
   * What to show: the stored messages, then what is on its way in the order it was written. A part
   * of it costs the same in a thread of any length.
   *
   * @param {Outgoing[]} outgoing
   * @param {number} [from]
   * @param {number} [to]
   * @returns {Entry[]}
   */
  entries(outgoing, from = 0, to = Infinity) {
    const began = this.#began.length;
    const { length } = this;
    const within = (/** @type {any[]} */ all, /** @type {number} */ before) =>
      all.slice(Math.max(0, from - before), Math.max(0, to - before));
    return [
      ...within(this.#began, 0).map(stored),
      ...within(this.messages, began).map(stored),
      ...within(this.tail(outgoing), length),
    ];
  }

  /**
   * Whether with this message a person comes in, after a bot or somebody else had answered. Only
   * known where the thread is here from its beginning.
   *
   * @param {Message} message
   */
  isJoining(message) {
    const { type, id } = message.author;
    if (this.hasOlder || type !== "teammate") return false;
    const first = (/** @type {(author: import("./types.js").Author) => boolean} */ isWanted) =>
      this.messages.find(({ kind, author }) => kind === "reply" && isWanted(author));
    return (
      first((author) => author.id === id) === message &&
      first((author) => author.type !== "contact") !== message
    );
  }

  #drain() {
    for (let next; (next = this.#ahead.get(this.lastSeq + 1)); ) {
      this.#ahead.delete(next.seq);
      this.messages.push(next);
    }
  }
}

/**
 * @param {Message} message
 * @returns {Entry}
 */
const stored = (message) => ({ key: message.client_id || message.id, message });
