import { ask, elementsOf } from "./ask.js";
import { arrange, newLine } from "./lines.js";
import { addressOf, hear, isEnough, me, tell, view } from "./page.js";
import { go } from "./places.js";
import { explain } from "./toasts.js";
import { Typists } from "./typists.js";
import { bubbleOf, showState } from "./unsent.js";

const NEAR_PX = 48;
const READ_PAUSE_MS = 400;
const MOST_MESSAGES = 300;
const LEEWAY = 20;

/** How many stretches further up a message is looked for. */
const SEEK_MOST = 40;

/** The id of the message that the address names, "" for none. */
const soughtId = () => location.hash.match(/^#(message-msg_\w+)$/)?.[1] || "";

/**
 * One conversation's messages: grows in the order of `seq`, fills its gaps by asking, shows the
 * teammate's own unsent words at its end.
 */
export class InboxThread extends HTMLElement {
  connectedCallback() {
    this.scroller = /** @type {HTMLElement} */ (this.querySelector(".scroll"));
    this.log = /** @type {HTMLElement} */ (this.querySelector(".messages"));
    this.jump = /** @type {HTMLButtonElement} */ (this.querySelector(".jump"));
    this.id_ = this.dataset.conversation || "";
    this.url = this.dataset.url || "";
    this.contactReadSeq = Number(this.dataset.contactReadSeq);
    this.readSeq = Number(this.dataset.readSeq);
    this.lastSeq = Number(this.stored().at(-1)?.dataset.seq || 0);
    this.unseen = 0;
    this.isAtEnd = true;
    /** Where it begins to be read is chosen when the first frame knows how high it is. */
    this.isOpened = false;
    this.isEndOwed = false;
    /** The reader has made this unread: to go on looking at it does not count as reading. */
    this.isKeptUnread = false;
    /** Painted from memory: what comes until the server has been asked is no news. */
    this.isRemembered = this.hasAttribute("data-remembered");
    this.controller = new AbortController();
    const typing = /** @type {HTMLElement} */ (this.querySelector(".typing"));
    this.typists = new Typists(typing, () => this.isAtEnd && this.toEnd());
    if (this.hasAttribute("data-cut")) {
      // A stretch further up, as browsers without scripts page: here one scrolls to it instead.
      const here = addressOf(view(), this.id_);
      history.replaceState(null, "", here);
      go(here, { push: false });
      return;
    }
    this.markNew();
    this.arrange();
    this.listen();
    this.seek();
    tell("inbox:thread", this);
  }

  disconnectedCallback() {
    this.controller?.abort();
    this.older?.disconnect();
    this.sizes?.disconnect();
    clearTimeout(this.readTimer);
    this.typists?.leave();
  }

  listen() {
    const { signal } = this.controller;
    this.scroller.addEventListener("scroll", () => this.moved(), { signal, passive: true });
    this.jump.addEventListener("click", () => this.toEnd("smooth"), { signal });
    document.addEventListener("visibilitychange", () => this.moved(), { signal });
    window.addEventListener("focus", () => this.moved(), { signal });
    this.log.addEventListener("click", (event) => this.pressed(event), { signal });
    this.log.addEventListener("keydown", keyed, { signal });
    this.querySelector(".older")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.loadOlder();
    });
    this.older = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.loadOlder();
    }, { root: this.scroller, rootMargin: "400px 0px 0px" });
    this.watchOlder();
    // The composer grows, the keyboard of a phone opens, an image loads: the end stays in view.
    this.sizes = new ResizeObserver(() => {
      if (!this.isOpened) this.openAtEnd();
      else if (this.isAtEnd || this.isEndOwed) this.toEnd();
    });
    this.sizes.observe(this.scroller);
    this.sizes.observe(this.log);
  }

  // ---- what is there ----

  /** @returns {HTMLElement[]} stored messages, in order */
  stored() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (
      this.log.querySelectorAll(":scope > .message:not(.is-own)")
    )];
  }

  /** @param {string} clientId */
  own(clientId) {
    return /** @type {HTMLElement|null} */ (
      this.log.querySelector(`.is-own[data-client-id="${CSS.escape(clientId)}"]`)
    );
  }

  get firstSeq() {
    return Number(this.stored()[0]?.dataset.seq || 0);
  }

  // ---- what comes ----

  /**
   * A message as the server drew it. Anything twice is dropped, anything missed is asked for.
   * @param {{seq: number, client_id: string|null, html: string}} frame
   */
  receive(frame) {
    if (frame.client_id) tell("inbox:stored", frame.client_id);
    if (frame.seq <= this.lastSeq) return;
    if (frame.seq > this.lastSeq + 1) {
      this.heardOf(frame.seq);
      return;
    }
    this.place(elementsOf(frame.html));
  }

  /**
   * The thread's end as the server knows it: asks for what is missing here. When that fails, the
   * next heartbeat or poll asks again.
   * @param {number} lastSeq
   */
  heardOf(lastSeq) {
    if (lastSeq > this.lastSeq) this.catchUp().catch(() => {});
  }

  /**
   * Asks for everything that follows; one request at a time, however often it is called.
   * @throws {import("./ask.js").Problem}
   */
  catchUp() {
    this.catching ||= this.fetchNewer().finally(() => {
      this.catching = null;
    });
    return this.catching;
  }

  async fetchNewer() {
    for (let isMore = true; isMore && this.isConnected; ) {
      const url = `${this.url}?after=${this.lastSeq}`;
      const response = await ask(url, { signal: this.controller.signal });
      const [part] = elementsOf(await response.text());
      this.place(/** @type {HTMLElement[]} */ ([...part.children]));
      this.contactRead(Number(part.dataset.contactReadSeq));
      isMore = part.hasAttribute("data-has-newer") && part.children.length > 0;
    }
  }

  /**
   * Notes that were edited, deleted or brought back since they were drawn here. One that is being
   * edited stays in hand, unless it is gone.
   * @param {HTMLElement[]} messages
   */
  revise(messages) {
    for (const fresh of messages) {
      const { authorId, changed = "", kind } = fresh.dataset;
      if (authorId === me) fresh.querySelector(".note-change")?.removeAttribute("hidden");
      const old = document.getElementById(fresh.id);
      if (!old || changed <= (old.dataset.changed || "")) continue;
      if (kind !== "note" || !old.matches(".is-changing")) old.replaceWith(fresh);
    }
  }

  /** @param {HTMLElement[]} messages in order, following what is there */
  place(messages) {
    this.revise(messages);
    const fresh = messages.filter((message) => Number(message.dataset.seq) > this.lastSeq);
    if (!fresh.length) return;
    const wasAtEnd = this.isAtEnd;
    for (const message of fresh) {
      const { clientId, authorId, authorType, kind } = message.dataset;
      if (clientId) {
        this.own(clientId)?.remove();
        tell("inbox:stored", clientId);
      }
      this.log.insertBefore(message, this.log.querySelector(".is-own"));
      this.lastSeq = Number(message.dataset.seq);
      this.typists.stop(authorId || "");
      if (authorId === me || this.isRemembered) continue;
      if (kind !== "activity" && !(wasAtEnd && this.isWatched)) this.missed(message);
      const { authorName, at } = message.dataset;
      const words = message.querySelector(".bubble")?.textContent || "";
      tell("inbox:spoken", { conversation: this.id_, kind, authorType, authorName, at, words, seq: this.lastSeq });
    }
    this.isKeptUnread = false;
    this.arrange();
    if (wasAtEnd) {
      this.trim();
      this.toEnd();
    }
    this.moved();
  }

  /** What was painted from memory is true now. */
  settled() {
    this.isRemembered = false;
  }

  /**
   * What the server has drawn of the same thread since this was painted.
   * @param {HTMLElement} log not in the page
   */
  async become(log) {
    const messages = /** @type {HTMLElement[]} */ ([...log.querySelectorAll(".messages > .message")]);
    const first = messages.findIndex(({ dataset }) => Number(dataset.seq) > this.lastSeq);
    const isGap = first >= 0 && Number(messages[first].dataset.seq) !== this.lastSeq + 1;
    try {
      this.revise(messages);
      if (isGap) await this.catchUp();
      else if (first >= 0) this.place(messages.slice(first));
      this.contactRead(Number(log.dataset.contactReadSeq));
    } finally {
      this.settled();
    }
  }

  /**
   * Tells a drawing of this thread what it has shown since.
   * @param {HTMLElement} log not in the page
   */
  tellTo(log) {
    const known = /** @type {HTMLElement[]} */ ([...log.querySelectorAll(".messages > .message")]);
    const last = Number(known.at(-1)?.dataset.seq || 0);
    const since = this.stored().filter(({ dataset }) => Number(dataset.seq) > last);
    const isWhole = !since.length || Number(since[0].dataset.seq) === last + 1;
    if (isWhole) log.querySelector(".messages")?.append(...since.map((each) => each.cloneNode(true)));
    for (const each of this.stored()) {
      if (each.dataset.changed) log.querySelector(`#${each.id}`)?.replaceWith(each.cloneNode(true));
    }
    log.dataset.readSeq = String(this.readSeq);
    log.dataset.contactReadSeq = String(this.contactReadSeq);
  }

  /** @param {HTMLElement} message that came while nobody looked at the thread's end */
  missed(message) {
    this.unseen += 1;
    if (!this.log.querySelector(".new-line")) message.before(newLine());
  }

  /** @param {number} seq public: how far the contact has read */
  contactRead(seq) {
    if (!(seq > this.contactReadSeq)) return;
    this.contactReadSeq = seq;
    this.arrange();
    if (this.isAtEnd) this.toEnd();
  }

  // ---- what went before ----

  watchOlder() {
    const link = this.querySelector(".older");
    this.older?.disconnect();
    if (link) this.older?.observe(link);
  }

  async loadOlder() {
    const link = this.querySelector(".older");
    if (!link || this.isLoadingOlder) return;
    this.isLoadingOlder = true;
    this.older?.disconnect();
    try {
      const url = `${this.url}?before=${this.firstSeq}`;
      const response = await ask(url, { signal: this.controller.signal });
      const [part] = elementsOf(await response.text());
      this.prepend(/** @type {HTMLElement[]} */ ([...part.children]));
      if (!part.hasAttribute("data-has-older")) link.remove();
    } catch (error) {
      if (this.isConnected) explain(error);
    } finally {
      this.isLoadingOlder = false;
      this.watchOlder();
    }
  }

  /** @param {HTMLElement[]} messages */
  prepend(messages) {
    const { scrollHeight, scrollTop } = this.scroller;
    // What was said long ago is no news: a screen reader must not read it out.
    this.scroller.setAttribute("aria-live", "off");
    this.log.prepend(...messages);
    this.arrange();
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    requestAnimationFrame(() => this.scroller.removeAttribute("aria-live"));
  }

  /** A thread that runs for hours keeps its newest part; the rest is loaded again on the way up. */
  trim() {
    const messages = this.stored();
    if (messages.length <= MOST_MESSAGES + LEEWAY) return;
    for (const message of messages.slice(0, messages.length - MOST_MESSAGES)) message.remove();
    if (!this.querySelector(".older")) {
      const link = document.createElement("p");
      link.className = "older";
      this.scroller.prepend(link);
    }
    this.querySelector(".beginning")?.remove();
    this.arrange();
    this.watchOlder();
  }

  // ---- how it stands ----

  arrange() {
    arrange(this.log, this.contactReadSeq);
  }

  /** Where the teammate stopped reading, if the contact has spoken since. */
  markNew() {
    const unread = this.stored().find(
      ({ dataset }) => Number(dataset.seq) > this.readSeq && dataset.authorType === "contact",
    );
    if (unread && this.readSeq > 0) unread.before(newLine());
  }

  /** Shows the message that the address names, as a search leads to it, however far up it is. */
  async seek() {
    const id = soughtId();
    if (!id) return;
    history.replaceState(null, "", location.pathname);
    const find = () => document.getElementById(id);
    for (let left = SEEK_MOST; !find() && left && this.querySelector(".older"); left -= 1) {
      if (!this.isConnected) return;
      await this.loadOlder();
    }
    const message = find();
    if (!message || !this.isConnected) return;
    this.isOpened = true;
    this.isAtEnd = false;
    message.scrollIntoView({ block: "center" });
    message.classList.add("is-found");
    message.tabIndex = -1;
    message.focus({ preventScroll: true });
  }

  openAtEnd() {
    this.isOpened = true;
    this.toEnd();
    const line = /** @type {HTMLElement|null} */ (this.log.querySelector(".new-line"));
    if (line && line.offsetTop < this.scroller.scrollTop) {
      this.scroller.scrollTop = line.offsetTop - NEAR_PX;
    }
    this.moved();
  }

  /** @param {ScrollBehavior} [behavior] */
  toEnd(behavior = "auto") {
    this.isAtEnd = true;
    this.isEndOwed = false;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }

  get isWatched() {
    return document.visibilityState === "visible" && this.checkVisibility();
  }

  /** The reader has scrolled, or has come back to the window. */
  moved() {
    if (!this.isOpened) return;
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.isAtEnd) this.unseen = 0;
    this.jump.hidden = this.isAtEnd;
    const words = this.unseen ? `${this.unseen} new` : "Jump to the latest";
    const label = /** @type {HTMLElement} */ (this.jump.querySelector("span"));
    if (label.textContent !== words) label.textContent = words;
    if (this.isAtEnd && this.isWatched) this.markRead();
  }

  /** @param {number} seq how far it counts as read now */
  keepUnread(seq) {
    clearTimeout(this.readTimer);
    this.readSeq = seq;
    this.isKeptUnread = true;
  }

  markRead() {
    if (this.isKeptUnread || this.lastSeq <= this.readSeq) return;
    clearTimeout(this.readTimer);
    this.readTimer = setTimeout(() => {
      if (this.isKeptUnread || !this.isAtEnd || !this.isWatched || this.lastSeq <= this.readSeq) return;
      this.readSeq = this.lastSeq;
      tell("inbox:read", {
        conversation: this.id_,
        seq: this.lastSeq,
        url: this.dataset.readUrl,
      });
    }, READ_PAUSE_MS);
  }

  // ---- the teammate's own unsent words ----

  /** @param {import("./outbox.js").Item} item */
  showOwn(item) {
    showState(this.own(item.client_id) || this.addOwn(item), item);
  }

  /** @param {import("./outbox.js").Item} item */
  addOwn(item) {
    const template = this.querySelector(`template[data-own="${item.kind}"]`);
    const bubble = bubbleOf(/** @type {HTMLTemplateElement} */ (template), item);
    this.log.append(bubble);
    this.arrange();
    // The frame that shows it goes there: to ask where that is would lay it out twice.
    this.isEndOwed = true;
    return bubble;
  }

  /** @param {string} clientId */
  removeOwn(clientId) {
    this.own(clientId)?.remove();
    this.arrange();
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-own-action]");
    const bubble = button?.closest(".is-own");
    if (!(button instanceof HTMLElement) || !(bubble instanceof HTMLElement)) return;
    tell("inbox:own", {
      action: button.dataset.ownAction,
      clientId: bubble.dataset.clientId,
    });
  }
}

/** @param {KeyboardEvent} event in the form of a note: Escape leaves it, Ctrl+Enter saves it */
function keyed(event) {
  const field = /** @type {HTMLElement} */ (event.target);
  const form = field.closest(".note-form");
  const isMeant = event.ctrlKey || event.metaKey || (field.matches("textarea") && isEnough(event));
  const isSaved = event.key === "Enter" && isMeant;
  if (!form || event.isComposing || !(isSaved || event.key === "Escape")) return;
  event.preventDefault();
  /** @type {HTMLElement|null} */ (form.querySelector(isSaved ? "[value=edit]" : "a"))?.click();
}

/** @returns {InboxThread|null} */
export const thread = () => document.querySelector("inbox-thread");

customElements.define("inbox-thread", InboxThread);
hear("inbox:unread", ({ conversation: id, seq }) => {
  const open = thread();
  if (open?.id_ === id) open.keepUnread(seq);
});
