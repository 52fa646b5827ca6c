import { avatar, h, icon, reconcile } from "../dom.js";
import { t } from "../i18n.js";
import { rowsOf } from "../rows.js";
import { Away } from "./away.js";
import { Composer } from "./composer.js";
import { renderRow, rowVersion, updateRow } from "./message.js";

/**
 * @typedef {import("../messenger.js").Messenger} Messenger
 * @typedef {import("../main.js").Shell} Shell
 */

/** At most so many messages are in the document, whatever the length of the conversation. */
const SHOWN = 160;
const STEP = 40;
/** Closer to an end than this, more is brought in. */
const NEAR_PX = 400;
const AT_END_PX = 32;

/** One conversation. */
export class ThreadView {
  /** The window of entries that is in the document. */
  #from = 0;
  #to = 0;
  #firstSeq = 0;
  #isAtEnd = true;
  #unreadAfter = Infinity;
  #arrived = 0;
  #hasRows = false;

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
    this.title = h("h1", { tabindex: "-1" });
    this.subtitle = h("p", {});
    this.rows = h("div", { class: "rows" });
    this.top = h("div", { class: "top" });
    this.typing = h("div", { class: "typing", hidden: true });
    this.log = h(
      "div",
      {
        class: "log",
        role: "log",
        tabindex: "0",
        "aria-live": "polite",
        "aria-relevant": "additions",
        "aria-label": t("thread.log"),
        onscroll: () => this.#scrolled(),
      },
      this.top,
      this.rows,
      this.typing,
    );
    this.latest = h("button", { class: "latest", onclick: () => this.#toEnd() });
    this.latest.hidden = true;
    this.closed = h("p", { class: "closed", hidden: true }, t("thread.closed"));
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
      this.closed,
      this.away.slot,
      this.composer.element,
    );
    this.noteUnread();
    this.messenger.open(key);
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
    this.#showHeader();
    const thread = this.messenger.thread(this.key);
    const entries = this.messenger.entries(this.key);
    this.away.offer(entries);
    this.#place(entries.length, thread.timeline);
    const slice = entries.slice(this.#from, this.#to);
    const rows = rowsOf(slice, {
      unreadAfter: this.#unreadAfter,
      seenSeq: this.messenger.conversations.get(this.key)?.seen_seq,
      isEnd: this.#to === entries.length,
      isInFlight: (item) => this.messenger.outbox.isInFlight(item),
    });
    // History is not news: only what arrives while one looks is read out.
    const isNews = this.#hasRows && this.#isAtEnd;
    this.log.setAttribute("aria-busy", String(!isNews));
    this.#keepPlace(() => {
      this.#showTop(thread, entries.length);
      reconcile(this.rows, rows, {
        key: (row) => row.key,
        version: rowVersion,
        render: (row) => {
          const node = renderRow(row, this.messenger);
          node.classList.toggle("fresh", isNews);
          return node;
        },
        update: (node, row) => updateRow(node, row, this.messenger),
      });
      this.#showTyping(thread.typing);
    });
    this.#hasRows ||= thread.timeline.isLoaded;
    this.log.setAttribute("aria-busy", "false");
    this.#showLatest();
    this.#readIfSeen();
    if (!this.#isAtEnd) this.#extend();
  }

  #isVisible() {
    return this.messenger.isShown && document.visibilityState === "visible";
  }

  /** Remember where the visitor stopped reading, for the line above what is new. */
  noteUnread() {
    const conversation = this.messenger.conversations.get(this.key);
    if (conversation?.unread) this.#unreadAfter = conversation.read_seq;
  }

  #readIfSeen() {
    const { timeline } = this.messenger.thread(this.key);
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
    if (!this.#firstSeq || timeline.firstSeq > this.#firstSeq) {
      this.#isAtEnd = true;
    } else {
      const added = this.#firstSeq - timeline.firstSeq;
      this.#from += added;
      this.#to += added;
    }
    this.#firstSeq = timeline.lastSeq ? timeline.firstSeq : 0;
    if (this.#isAtEnd) {
      this.#to = count;
      this.#from = Math.max(Math.min(this.#from, count), count - SHOWN, 0);
      if (!this.#hasRows) this.#from = Math.max(0, count - STEP);
    }
    this.#to = Math.min(this.#to, count);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const isLast = this.#to === this.messenger.entries(this.key).length;
    this.#isAtEnd = isLast && scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.#isAtEnd) this.#arrived = 0;
    this.#extend();
    this.#showLatest();
    this.#readIfSeen();
  }

  /** Bring in more when the visitor nears either end of what is in the document. */
  #extend() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const { timeline } = this.messenger.thread(this.key);
    const count = this.messenger.entries(this.key).length;
    if (scrollTop < NEAR_PX && this.#from > 0) {
      this.#from = Math.max(0, this.#from - STEP);
      this.#to = Math.min(this.#to, this.#from + SHOWN);
      this.shell.refresh();
    } else if (scrollTop < NEAR_PX && timeline.hasOlder) {
      this.messenger.loadOlder(this.key);
    } else if (scrollHeight - scrollTop - clientHeight < NEAR_PX && this.#to < count) {
      this.#to = Math.min(count, this.#to + STEP);
      this.#from = Math.max(this.#from, this.#to - SHOWN);
      this.shell.refresh();
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
    const children = /** @type {HTMLElement[]} */ ([...this.rows.children]);
    const anchor = children.find((row) => row.getBoundingClientRect().bottom > edge);
    const before = anchor?.getBoundingClientRect().top || 0;
    change();
    if (this.#isAtEnd) this.log.scrollTop = this.log.scrollHeight;
    else if (anchor?.isConnected) {
      this.log.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  }

  #showHeader() {
    const { name, team } = this.messenger.settings;
    const people = new Map();
    for (const { message } of this.messenger.entries(this.key).slice(-SHOWN)) {
      if (message?.author.type === "teammate") people.set(message.author.name, message.author);
    }
    const names = [...people.keys()].reverse().slice(0, 2);
    const faces = people.size ? [...people.values()].reverse() : team;
    this.title.textContent = name;
    this.subtitle.textContent = names.length ? names.join(", ") : t("start.hint");
    this.faces.replaceChildren(...faces.slice(0, 2).map((face) => avatar(face)));
    this.closed.hidden = this.messenger.conversations.get(this.key)?.status !== "closed";
  }

  /**
   * @param {import("../messenger.js").Thread} thread
   * @param {number} count
   */
  #showTop(thread, count) {
    const state = this.#topState(thread, count);
    if (this.top.dataset.state === state) return;
    this.top.dataset.state = state;
    if (state === "failed" || state === "gone") this.top.replaceChildren(this.#failure(state));
    else if (state === "skeleton") this.top.replaceChildren(skeleton());
    else if (state === "older") this.top.replaceChildren(olderRule());
    else if (state === "intro") this.top.replaceChildren(this.#intro());
    else this.top.replaceChildren();
  }

  /**
   * @param {import("../messenger.js").Thread} thread
   * @param {number} count
   */
  #topState({ timeline, isLoading, problem }, count) {
    if (problem) return problem;
    if (!timeline.isLoaded) return "skeleton";
    if (!count) return "intro";
    return isLoading && this.#from === 0 && timeline.hasOlder ? "older" : "";
  }

  /** @param {"failed"|"gone"} state */
  #failure(state) {
    const onclick = () => this.messenger.open(this.key);
    const again = h("button", { type: "button", class: "secondary", onclick }, t("retry"));
    return h("div", { class: "empty", role: "alert" }, icon("alert"), t(`thread.${state}`), state === "failed" && again);
  }

  #intro() {
    const { team } = this.messenger.settings;
    const faces = team.slice(0, 4).map((face) => avatar(face, "large"));
    return h(
      "div",
      { class: "empty" },
      h("span", { class: "faces" }, ...faces),
      h("p", {}, t("thread.intro")),
    );
  }

  /** @param {{name: string, isBot: boolean}|null} typing */
  #showTyping(typing) {
    const text = typing ? t("typing", { name: typing.name }) : "";
    if (this.typing.dataset.text === text) return;
    this.typing.dataset.text = text;
    this.typing.hidden = !typing;
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing.replaceChildren(dots, text);
  }

  #showLatest() {
    this.latest.hidden = this.#isAtEnd || !this.#hasRows;
    const text = this.#arrived ? t("latest", { n: this.#arrived }) : "";
    this.latest.setAttribute("aria-label", text || t("latest"));
    this.latest.replaceChildren(icon("down"), text);
  }

  /** @param {{key: string}} incoming */
  incoming({ key }) {
    if (key === this.key && !this.#isAtEnd) this.#arrived += 1;
  }
}

const olderRule = () => h("p", { class: "rule" }, t("thread.older"));

/** Where messages will be, on the first load only. */
function skeleton() {
  const bones = ["", "short", "mine", ""].map((kind) => h("span", { class: `bone ${kind}` }));
  const label = h("span", { class: "sr" }, t("thread.loading"));
  return h("div", { class: "skeleton", role: "status" }, label, ...bones);
}
