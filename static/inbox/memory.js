/** Conversations that this page has fetched, so that they are on the screen at once. */

const MOST = 30;

/**
 * A conversation that is being asked for; `isOld` once it has changed meanwhile.
 * @typedef {{id: string, isOld: boolean}} Answer
 */

/** A conversation as the server drew it, with what has been heard of it since. */
export class Kept {
  /** @type {DocumentFragment|null} a copy that waits to be shown */
  #ready = null;

  /**
   * @param {string} id
   * @param {DocumentFragment} part changed only by `change`
   * @param {string} version what the server calls the drawing, to be asked whether there is another
   */
  constructor(id, part, version) {
    this.id = id;
    this.part = part;
    this.version = version;
  }

  /** Copies it before anybody asks: that takes longer than to put it on the screen. */
  prepare() {
    this.#ready ||= copyOf(this.part);
  }

  /** A copy for the screen, prepared or not. */
  take() {
    const copy = this.#ready || copyOf(this.part);
    this.#ready = null;
    return copy;
  }

  /** @param {(part: DocumentFragment) => void} work what has been heard of it */
  change(work) {
    this.#ready = null;
    work(this.part);
  }
}

/**
 * @param {DocumentFragment} part
 * @returns {DocumentFragment}
 */
const copyOf = (part) => /** @type {any} */ (document.importNode(part, true));

/**
 * Keeps the latest `most` and only what is true as far as this page can know: what has changed is
 * forgotten, and without a live connection, which tells of changes, nothing is kept at all.
 */
export class Memory {
  /** @type {Map<string, Kept>} the oldest first */
  #kept = new Map();
  /** @type {Map<string, {answer: Answer, done: Promise<Kept|null>}>} */
  #coming = new Map();
  /** @type {Set<Answer>} */
  #awaited = new Set();
  #isTrue = false;
  /** Under which name the page on screen is kept. */
  here = "";

  /** @param {number} [most] */
  constructor(most = MOST) {
    this.most = most;
  }

  /** Whether changes are told, so that something can be kept. */
  get isTrue() {
    return this.#isTrue;
  }

  set isTrue(isTrue) {
    this.#isTrue = isTrue;
    if (!isTrue) this.clear();
  }

  /** @param {string} url */
  get(url) {
    const kept = this.#kept.get(url) || null;
    if (kept) {
      this.#kept.delete(url);
      this.#kept.set(url, kept);
    }
    return kept;
  }

  /** @param {string} url */
  has(url) {
    return this.#kept.has(url) || this.#coming.has(url);
  }

  /** @param {string} url what will probably be asked for next, if it is kept at all */
  prepare(url) {
    this.#kept.get(url)?.prepare();
  }

  /**
   * What is asked for from now on; told to `keep` what comes of it, or to `drop` it.
   * @param {string} id
   * @returns {Answer}
   */
  await(id) {
    const answer = { id, isOld: !this.#isTrue };
    this.#awaited.add(answer);
    return answer;
  }

  /** @param {Answer} answer that does not come, or has been kept */
  drop(answer) {
    this.#awaited.delete(answer);
  }

  /**
   * @param {string} url
   * @param {Kept} kept
   * @param {Answer} [answer] in which it came: if that was overtaken it is not kept
   */
  keep(url, kept, answer) {
    if (answer) this.drop(answer);
    if (!this.#isTrue || answer?.isOld) return;
    this.#kept.delete(url);
    this.#kept.set(url, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.most) this.#kept.delete(oldest);
  }

  /**
   * Keeps what is being fetched, unless it changes meanwhile.
   * @param {string} url
   * @param {string} id
   * @param {() => Promise<Kept>} fetch
   * @returns {Promise<Kept|null>} null for what is not to be had, or not true any more
   */
  expect(url, id, fetch) {
    const answer = this.await(id);
    const coming = { answer, done: /** @type {Promise<Kept|null>} */ (Promise.resolve(null)) };
    coming.done = fetch()
      .then((kept) => {
        this.keep(url, kept, answer);
        return answer.isOld ? null : kept;
      })
      .catch(() => null)
      .finally(() => {
        this.drop(answer);
        if (this.#coming.get(url) === coming) this.#coming.delete(url);
      });
    this.#coming.set(url, coming);
    return coming.done;
  }

  /**
   * What is on its way already.
   * @param {string} url
   */
  coming(url) {
    return this.#coming.get(url)?.done || null;
  }

  /**
   * What is kept of one conversation, in whatever list.
   * @param {string} id
   */
  of(id) {
    return [...this.#kept.values()].filter((kept) => kept.id === id);
  }

  /**
   * What is kept of the conversation on screen, as its list draws it.
   * @param {string} id
   */
  shown(id) {
    const kept = this.#kept.get(this.here);
    return kept?.id === id ? kept : null;
  }

  /**
   * @param {string} id of a conversation that has changed
   * @param {string} [but] the name under which it stays
   */
  forget(id, but = "") {
    for (const [url, kept] of this.#kept) {
      if (kept.id === id && url !== but) this.#kept.delete(url);
    }
    for (const answer of this.#awaited) if (answer.id === id) answer.isOld = true;
    for (const [url, { answer }] of this.#coming) if (answer.isOld) this.#coming.delete(url);
  }

  clear() {
    this.#kept.clear();
    for (const answer of this.#awaited) answer.isOld = true;
    this.#coming.clear();
  }
}

export const memory = new Memory();

/**
 * What a conversation is kept under.
 * @param {string} url
 */
export function nameOf(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/**
 * Which rows are worth fetching ahead of somebody who walks through a list: those that come next in
 * their direction, the nearest first, and then the one that they came from.
 *
 * @param {number} at the index of the row that is on screen
 * @param {number} step 1 downwards, -1 upwards
 * @param {number} size how many rows there are
 * @param {number} [far] how many ahead
 * @returns {number[]} indexes
 */
export function aheadOf(at, step, size, far = 3) {
  if (at < 0) return [];
  const wanted = Array.from({ length: far }, (_, index) => at + step * (index + 1));
  return [...wanted, at - step].filter((index) => index >= 0 && index < size);
}
