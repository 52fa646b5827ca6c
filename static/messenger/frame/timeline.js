/**
 * @typedef {import("./types.js").Message} Message
 * @typedef {import("./types.js").Outgoing} Outgoing
 * @typedef {import("./types.js").Entry} Entry
 */

/**
 * The messages of one conversation, always a run without holes.
 *
 * `seq` is dense: every number from 1 up is one message. What arrives ahead of its turn is held
 * back until the numbers before it are there, so that nothing is ever shown out of order.
 */
export class Timeline {
  /** @type {Message[]} ascending by seq, without a gap */
  messages = [];

  /** @type {Map<number, Message>} arrived ahead of their turn */
  #ahead = new Map();

  /** True once the newest page was loaded; until then a frame cannot be placed. */
  isLoaded = false;

  get firstSeq() {
    return this.messages.length ? this.messages[0].seq : 1;
  }

  get lastSeq() {
    return this.messages.length ? this.messages[this.messages.length - 1].seq : 0;
  }

  get hasOlder() {
    return this.firstSeq > 1;
  }

  /** True when a later message is known but one before it is missing: fetch after `lastSeq`. */
  get hasGap() {
    return this.#ahead.size > 0;
  }

  /**
   * Start over with the newest page.
   * @param {Message[]} page ascending
   */
  reset(page) {
    this.messages = [...page];
    this.isLoaded = true;
    for (const seq of [...this.#ahead.keys()]) if (seq <= this.lastSeq) this.#ahead.delete(seq);
    this.#drain();
  }

  /**
   * Apply messages in any order, from the socket or from a fetch. Doubles are dropped.
   * @param {Message[]} messages
   * @returns {Message[]} those that were really added, in order
   */
  apply(messages) {
    const last = this.lastSeq;
    for (const message of messages) {
      if (message.seq > last) this.#ahead.set(message.seq, message);
    }
    return this.isLoaded ? this.#drain() : [];
  }

  /**
   * Put an older page in front. A page that does not touch the first message is dropped.
   * @param {Message[]} page ascending
   * @returns {number} how many were added
   */
  prepend(page) {
    const first = this.firstSeq;
    const older = page.filter((message) => message.seq < first);
    if (!older.length || older[older.length - 1].seq !== first - 1) return 0;
    this.messages = [...older, ...this.messages];
    return older.length;
  }

  /**
   * Everything to show: the stored messages, then what is on its way in the order it was written.
   * @param {Outgoing[]} outgoing
   * @returns {Entry[]}
   */
  entries(outgoing) {
    const stored = new Set();
    /** @type {Entry[]} */
    const entries = this.messages.map((message) => {
      if (message.client_id) stored.add(message.client_id);
      return { key: message.client_id || message.id, message };
    });
    for (const item of outgoing) {
      if (!stored.has(item.client_id)) entries.push({ key: item.client_id, outgoing: item });
    }
    return entries;
  }

  #drain() {
    const added = [];
    for (let next; (next = this.#ahead.get(this.lastSeq + 1)); ) {
      this.#ahead.delete(next.seq);
      this.messages.push(next);
      added.push(next);
    }
    return added;
  }
}
