/**
 * @typedef {{score: number, comment: string}} Rating
 * @typedef {{h: Function, t: (key: string, values?: Record<string, string>) => string,
 *   icon: Function, messenger: import("../messenger.js").Messenger}} Tools
 */

const HEAD = "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M6 6.2v.6M10 6.2v.6";
/** From the saddest to the happiest. */
const MOUTHS = [
  "M5.6 11.1c1.2-2 3.6-2 4.8 0",
  "M5.9 10.6c1.2-1.1 3-1.1 4.2 0",
  "M5.9 10.1h4.2",
  "M5.8 9.6c1.2 1.3 3.2 1.3 4.4 0",
  "M5.3 9h5.4c-.6 3.2-4.8 3.2-5.4 0z",
];

/** Who chooses with the arrow keys passes others on the way. */
const SEND_AFTER_MS = 800;
const NAME = "rating:";

/**
 * What the visitor rated and the server does not know yet. Like a message it is kept on the device
 * first, and arrives also when the network was away.
 */
export class Ratings {
  /** @type {Map<string, Rating>} by conversation */
  #waiting = new Map();
  /** @type {any} */
  #timer = 0;
  #isSending = false;

  /** @param {Pick<import("../messenger.js").Messenger, "api"|"store"|"learn"|"ratings">} messenger */
  constructor(messenger) {
    this.messenger = messenger;
    this.recalled = this.#recall();
  }

  /** @param {string} key of a conversation */
  get(key) {
    return this.#waiting.get(key);
  }

  /**
   * @param {string} key of a conversation
   * @param {number} score 1 to 5
   * @param {string} comment
   */
  async rate(key, score, comment) {
    const { store } = this.messenger;
    this.#waiting.set(key, { score, comment });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
    await store.put("meta", { name: NAME + key, key, score, comment }).catch(() => {});
  }

  /** Send what waits, one after the other, so that the last word stays the last. */
  async flush() {
    await this.recalled;
    if (this.#isSending) return;
    this.#isSending = true;
    // After a sign-out there are other ratings, and these are nobody's.
    for (let next; (next = [...this.#waiting][0]) && this.messenger.ratings === this; ) {
      const isOver = await this.#send(...next);
      if (!isOver) break;
    }
    this.#isSending = false;
  }

  /**
   * @param {string} key
   * @param {Rating} rating
   * @returns {Promise<boolean>} false when it must be tried again
   */
  async #send(key, rating) {
    const { api, store } = this.messenger;
    const path = `conversations/${encodeURIComponent(key)}/rating`;
    let answer = null;
    try {
      answer = await api.call("PUT", path, rating);
    } catch (problem) {
      if (/** @type {any} */ (problem).isTransient) return false;
    }
    if (this.#waiting.get(key) !== rating) return true;
    this.#waiting.delete(key);
    await store.remove("meta", NAME + key).catch(() => {});
    if (answer) this.messenger.learn(answer);
    return true;
  }

  async #recall() {
    const kept = await this.messenger.store.all("meta").catch(() => []);
    for (const { name, key, score, comment } of kept) {
      const isNews = name.startsWith(NAME) && !this.#waiting.has(key);
      if (isNews) this.#waiting.set(key, { score, comment });
    }
  }
}

/**
 * How content the visitor was: a face, then a few words if they like. Both may be changed as long
 * as the conversation may be rated; afterwards it only says what was chosen.
 *
 * @param {Tools} tools
 * @param {string} key of the conversation
 */
export function ratingCard({ h, t, icon, messenger }, key) {
  const scores = MOUTHS.map((mouth, index) => {
    const score = index + 1;
    const face = icon("smile");
    face.firstChild.setAttribute("d", HEAD + mouth);
    const name = t(`rating.${score}`);
    const onchange = () => rate(score, rating().comment);
    const radio = h("input", { type: "radio", name: "score", value: String(score), onchange });
    radio.setAttribute("aria-label", name);
    return h("label", { title: name }, radio, face);
  });
  const legend = h("legend", {}, t("list.rate"));
  const choice = h("fieldset", {}, legend, h("div", { class: "scores" }, ...scores));
  const thanks = h("p", { role: "status" });
  const words = h("textarea", { rows: "2", maxlength: "2000" });
  words.setAttribute("aria-label", t("rating.comment"));
  words.placeholder = t("rating.comment");
  words.oninput = () => (send.hidden = words.value.trim() === rating().comment);
  const send = h("button", { type: "submit", class: "secondary" }, t("compose.send"));
  const more = h("div", { class: "more" }, words, send);
  /** @returns {Rating} */
  const rating = () =>
    messenger.ratings?.get(key) ||
    messenger.conversations.get(key)?.rating || { score: 0, comment: "" };
  const rate = async (/** @type {number} */ score, /** @type {string} */ comment) => {
    (await messenger.rateable()).rate(key, score, comment);
    update();
  };
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    rate(rating().score, words.value.trim());
    words.focus();
  };
  let before = "";
  const update = () => {
    const { score, comment } = rating();
    const isOpen = Boolean(messenger.conversations.get(key)?.can_rate);
    const now = `${score} ${isOpen} ${comment}`;
    if (now === before) return;
    before = now;
    choice.disabled = !isOpen;
    scores.forEach((label, index) => (label.firstElementChild.checked = index + 1 === score));
    thanks.textContent = score ? t("rating.thanks") : "";
    more.hidden = !score || (!isOpen && !comment);
    words.readOnly = !isOpen;
    if (document.activeElement !== words || !words.value) words.value = comment;
    send.hidden = words.value.trim() === comment;
  };
  update();
  const element = h("form", { class: "rating", "aria-live": "off", onsubmit }, choice, thanks, more);
  return { element, update };
}
