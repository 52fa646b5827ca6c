import { avatar, h, icon, reconcile } from "../dom.js";
import { t } from "../i18n.js";
import { rowsOf } from "../rows.js";
import { Away } from "./away.js";
import { Composer } from "./composer.js";
import { load } from "./lazy.js";
import { renderRow, rowVersion, updateRow } from "./message.js";

/**
 * @typedef {import("../messenger.js").Messenger} Messenger
 * @typedef {import("../main.js").Shell} Shell
 */

/** At most so many messages are in the document, whatever the length of the conversation. */
const SHOWN = 160;
const STEP = 40;
/** Closer to an end than this, more is brought in. */
const NEAR_PX = 1000;
const AT_END_PX = 32;

/** One conversation. */
export class ThreadView {
  /** The window of entries that is in the document. */
  #from = 0;
  #to = 0;
  /** @type {number|null} where the thread began when it was last shown, null before */
  #top = null;
  #isAtEnd = true;
  #unreadAfter = Infinity;
  #arrived = 0;
  #scrollTop = 0;
  #hasRows = false;
  /** What came after this is news, and read out. */
  #heardSeq = Infinity;
  /** @type {{element: HTMLElement, update: () => void}|null} */
  #rating = null;
  #isRatingDue = false;

  /**
   * @param {Shell} shell
   * @param {string} key
   */
  constructor(shell, key) {
    this.shell = shell;
    this.messenger = shell.messenger;
    this.key = key;
    this.composer = new Composer(shell, key, () => this.#wrote());
    this.away = new Away(shell);
    this.faces = h("span", { class: "faces", "aria-hidden": "true" });
    this.title = h("h1", { tabindex: "-1", dir: "auto" });
    this.subtitle = h("p", { dir: "auto" });
    this.rows = h("div", { class: "rows" });
    this.top = h("div", { class: "top" });
    this.choices = h("div", { class: "choices", role: "group", "aria-label": t("choices") });
    this.typing = h("div", { class: "typing", "aria-live": "off", hidden: true });
    this.closed = h("div", { class: "closed", hidden: true }, h("p", {}, t("thread.closed")));
    this.end = h("div", {}, this.choices, this.typing, this.closed);
    this.log = h(
      "div",
      {
        class: "log",
        role: "log",
        tabindex: "0",
        "aria-live": "polite",
        "aria-label": t("thread.log"),
        onscroll: () => this.#scrolled(),
      },
      this.top,
      this.rows,
      this.end,
    );
    const onclick = () => this.#toEnd();
    this.latest = h("button", { class: "latest", "aria-live": "polite", onclick });
    this.latest.hidden = true;
    this.element = h(
      "section",
      { class: "view thread" },
      h(
        "header",
        { class: "bar" },
        shell.backButton(),
        this.faces,
        h("div", { class: "grow" }, this.title, this.subtitle),
        this.away.bell,
        shell.closeButton(),
      ),
      shell.notice,
      h("div", { class: "stage" }, this.log, this.latest),
      this.away.slot,
      this.composer.element,
    );
    const stay = new ResizeObserver(() => this.#stayAtEnd());
    for (const part of [this.log, this.end]) stay.observe(part);
    this.noteUnread();
    this.messenger.threads.open(key);
  }

  focus() {
    this.composer.focus();
  }

  close() {
    this.composer.close();
  }

  /** @param {{from: string, to: string}} move */
  moved({ from, to }) {
    if (this.key !== from) return;
    this.key = to;
    this.composer.move(to);
  }

  /** Something about this thread, or who sees it, changed. */
  update() {
    if (!this.#isVisible()) this.noteUnread();
    const { messenger, key } = this;
    const thread = messenger.threads.get(key);
    const { timeline } = thread;
    const count = messenger.threads.count(key);
    const latest = messenger.threads.entries(key, Math.max(0, count - SHOWN));
    this.#showHeader(latest);
    this.away.offer(latest);
    this.#place(count, timeline);
    const rows = rowsOf(messenger.threads.entries(key, this.#from, this.#to), {
      unreadAfter: this.#unreadAfter,
      seenSeq: messenger.conversations.get(key)?.seen_seq,
      isEnd: this.#to === count,
      isInFlight: (item) => messenger.outbox.isInFlight(item),
      isJoining: (message) => timeline.isJoining(message),
    });
    this.#keepPlace(() => {
      this.#showTop(thread, count);
      reconcile(this.rows, rows, {
        version: (row) => rowVersion(row, this.shell),
        render: (row) => {
          const node = renderRow(row, this.shell);
          // History is not news: only what others write while one looks is read out.
          const { message, outgoing } = row.kind === "message" ? row.entry : {};
          const isTheirs = message && message.author.type !== "contact";
          const isNews = isTheirs && message.seq > this.#heardSeq;
          if (!isNews) node.ariaLive = "off";
          node.classList.toggle("fresh", this.#hasRows && (isNews || Boolean(outgoing)));
          return node;
        },
        update: (node, row) => updateRow(node, row, this.shell),
      });
      this.#showChoices(latest.at(-1)?.message);
      this.#showTyping(thread.typing);
      this.#showClosed();
    });
    this.#hasRows ||= timeline.isLoaded;
    if (timeline.isLoaded) this.#heardSeq = timeline.lastSeq;
    this.composer.element.hidden = thread.problem?.status === 404;
    this.#showLatest();
    this.#readIfSeen();
    if (!this.#isAtEnd) this.#extend();
  }

  #isVisible() {
    return this.messenger.isShown && !document.hidden;
  }

  /** Remember where the visitor stopped reading, for the line above what is new. */
  noteUnread() {
    const conversation = this.messenger.conversations.get(this.key);
    if (conversation?.unread) this.#unreadAfter = conversation.read_seq;
  }

  #readIfSeen() {
    const { timeline } = this.messenger.threads.get(this.key);
    if (this.#isVisible() && this.#isAtEnd && timeline.isLoaded) this.messenger.read(this.key);
  }

  #wrote() {
    this.#unreadAfter = Infinity;
    this.#toEnd();
  }

  /**
   * Keep the window where it is while the thread grows at both ends.
   * @param {number} count
   * @param {import("../timeline.js").Timeline} timeline
   */
  #place(count, timeline) {
    if (this.#top === null || timeline.top > this.#top) {
      this.#isAtEnd = true;
    } else {
      const added = this.#top - timeline.top;
      this.#from += added;
      this.#to += added;
    }
    this.#top = timeline.length ? timeline.top : null;
    if (this.#isAtEnd) {
      this.#to = count;
      this.#from = Math.max(Math.min(this.#from, count), count - SHOWN, 0);
      if (!this.#hasRows) this.#from = Math.max(0, count - STEP);
    }
    this.#to = Math.min(this.#to, count);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const isLast = this.#to === this.messenger.threads.count(this.key);
    const isNear = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    // What grows at the end does not push away who is there: only moving up leaves it.
    const hasStayed = this.#isAtEnd && scrollTop >= this.#scrollTop;
    this.#scrollTop = scrollTop;
    this.#isAtEnd = hasStayed || (isLast && isNear);
    if (this.#isAtEnd) this.#arrived = 0;
    this.#extend();
    this.#showLatest();
    this.#readIfSeen();
  }

  /** Bring in more when the visitor nears either end of what is in the document. */
  #extend() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const { timeline } = this.messenger.threads.get(this.key);
    const count = this.messenger.threads.count(this.key);
    // The end first: older messages may never come, and what was just written stands there.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX && this.#to < count) {
      this.#to = Math.min(count, this.#to + STEP);
      this.#from = Math.max(this.#from, this.#to - SHOWN);
      this.shell.refresh();
    } else if (scrollTop < NEAR_PX && this.#from > 0) {
      this.#from = Math.max(0, this.#from - STEP);
      this.#to = Math.min(this.#to, this.#from + SHOWN);
      this.shell.refresh();
    } else if (scrollTop < NEAR_PX && timeline.hasOlder) {
      this.messenger.threads.loadOlder(this.key);
    }
  }

  #toEnd() {
    this.#isAtEnd = true;
    this.#arrived = 0;
    this.update();
  }

  /**
   * Change the document without moving what the visitor looks at.
   * @param {() => void} change
   */
  #keepPlace(change) {
    const edge = this.log.getBoundingClientRect().top;
    // A day's line moves up as more of that day comes in; messages stay among themselves.
    const messages = [...this.rows.querySelectorAll(".message")];
    const anchor = messages.find((row) => row.getBoundingClientRect().bottom > edge);
    const before = anchor?.getBoundingClientRect().top || 0;
    change();
    this.#stayAtEnd();
    if (!this.#isAtEnd && anchor?.isConnected) {
      this.log.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  }

  #stayAtEnd() {
    if (!this.#isAtEnd) return;
    this.log.scrollTop = this.log.scrollHeight;
    this.#scrollTop = this.log.scrollTop;
  }

  /** @param {import("../types.js").Entry[]} latest */
  #showHeader(latest) {
    const { name, team, reply_time } = this.messenger.settings;
    const conversation = this.messenger.conversations.get(this.key);
    const assignee = conversation?.assignee;
    const people = new Map();
    for (const { message } of latest) {
      if (message?.author.type === "teammate") people.set(message.author.name, message.author);
    }
    if (assignee) people.set(assignee.name, assignee);
    const faces = [...people.values()].reverse().slice(0, 2);
    const names = faces.map((face) => face.name).join(", ");
    this.title.textContent = name;
    this.subtitle.textContent = names || conversation?.reply_time || reply_time;
    if (this.faces.dataset.of === names) return;
    this.faces.dataset.of = names;
    const shown = faces.length ? faces : team.slice(0, 2);
    this.faces.replaceChildren(...shown.map((face) => avatar(face)));
  }

  /**
   * Answers to pick from, until anybody writes.
   * @param {import("../types.js").Message} [last]
   */
  #showChoices(last) {
    const choices = (!this.shell.session.contact.is_blocked && last?.choices) || [];
    const of = choices.length ? last?.id || "" : "";
    if (this.choices.dataset.of === of) return;
    this.choices.dataset.of = of;
    this.choices.hidden = !of;
    const choose = (/** @type {string} */ choice) => {
      this.messenger.send(this.key, choice);
      // The button that had the focus goes away with its fellows.
      this.log.focus();
      this.#wrote();
    };
    const button = (/** @type {string} */ choice) =>
      h("button", { dir: "auto", onclick: () => choose(choice) }, choice);
    this.choices.replaceChildren(...choices.map(button));
  }

  /** That it is over, and how it was. Whoever writes again does not see this any more. */
  #showClosed() {
    const conversation = this.messenger.conversations.get(this.key);
    const isWriting = this.messenger.outbox.items(this.key).length > 0;
    const isClosed = conversation?.status === "closed" && !isWriting;
    this.closed.hidden = !isClosed;
    if (isClosed) load("onward").then(({ leadOn }) => leadOn(this, { h, t }), () => {});
    this.#rating?.update();
    if (!isClosed || this.#isRatingDue) return;
    if (!conversation.can_rate && !conversation.rating) return;
    this.#isRatingDue = true;
    this.#addRating().catch(() => (this.#isRatingDue = false));
  }

  async #addRating() {
    const { messenger, key } = this;
    const { ratingCard } = await load("rating");
    await (await messenger.rateable()).recalled;
    this.#rating = ratingCard({ h, t, icon, messenger }, key);
    this.closed.append(this.#rating.element);
  }

  /**
   * @param {import("../messenger.js").Thread} thread
   * @param {number} count
   */
  #showTop(thread, count) {
    const state = this.#topState(thread, count);
    if (this.top.dataset.state === state) return;
    this.top.dataset.state = state;
    this.top.replaceChildren(...this.#topParts(state));
  }

  /**
   * @param {import("../messenger.js").Thread} thread
   * @param {number} count
   */
  #topState({ timeline, problem }, count) {
    if (problem) return problem.status === 404 ? "gone" : "failed";
    if (!timeline.isLoaded) return "loading";
    if (!count) return "intro";
    return this.#from || timeline.hasOlder ? "older" : "";
  }

  /**
   * @param {string} state
   * @returns {Node[]}
   */
  #topParts(state) {
    if (!state) return [];
    const text = t(`thread.${state}`);
    if (state === "older" || state === "loading") {
      return [h("p", { class: "rule", role: "status" }, text)];
    }
    const { key, shell } = this;
    const { settings, threads } = this.messenger;
    const faces = settings.team.slice(0, 4).map((face) => avatar(face, "large"));
    if (state === "intro") {
      return [h("div", { class: "empty" }, h("span", { class: "faces" }, ...faces), text)];
    }
    const isGone = state === "gone";
    const again = () => {
      threads.open(key);
      threads.loadOlder(key);
    };
    const onclick = isGone ? () => shell.go({ name: "list" }) : again;
    const label = t(isGone ? "recent" : "retry");
    const button = h("button", { class: "secondary", onclick }, label);
    return [h("div", { class: "empty", role: "alert" }, icon("alert"), text, button)];
  }

  /** @param {{name: string, isBot: boolean}|null} typing */
  #showTyping(typing) {
    const text = typing ? t("typing", { name: typing.name }) : "";
    if (this.typing.dataset.text === text) return;
    this.typing.dataset.text = text;
    this.typing.hidden = !typing;
    this.typing.classList.toggle("bot", Boolean(typing?.isBot));
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing.replaceChildren(dots, text);
  }

  #showLatest() {
    this.latest.hidden = this.#isAtEnd || !this.#hasRows;
    const text = this.#arrived ? t("latest", { n: this.#arrived }) : "";
    if (this.latest.dataset.text === text) return;
    this.latest.dataset.text = text;
    this.latest.ariaLabel = text || t("latest");
    this.latest.replaceChildren(icon("down"), text);
  }

  /** @param {{key: string}} incoming */
  incoming({ key }) {
    if (key === this.key && !this.#isAtEnd) this.#arrived += 1;
  }
}
