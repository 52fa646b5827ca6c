import { isNewThread } from "../timeline.js";
import { h, icon } from "../dom.js";
import { fileSize, t } from "../i18n.js";
import { load } from "./lazy.js";

/** The box in which a visitor writes: text, files, and what is wrong with them. */
export class Composer {
  /** @type {import("./files.js").Attached|null} the files that go along, once there were any */
  attached = null;
  /** @type {{close: () => void}|null} the emoji, while they are shown */
  sheet = null;

  /**
   * @param {import("../main.js").Shell} shell
   * @param {string} key of the thread
   * @param {() => void} onSend
   */
  constructor(shell, key, onSend) {
    const { messenger } = shell;
    this.shell = shell;
    this.messenger = messenger;
    this.key = key;
    /** What its draft is called: a new thread has no name that lasts until something was sent. */
    this.draft = isNewThread(key) && !messenger.outbox.items(key).length ? "new" : key;
    const isBlocked = shell.session.contact.is_blocked;
    this.onSend = onSend;
    this.text = h("textarea", {
      rows: "1",
      "aria-label": t("compose.label"),
      placeholder: t(isBlocked ? "compose.blocked" : "compose.placeholder"),
      disabled: isBlocked,
      enterkeyhint: "send",
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
      onpointerdown: () => this.sheet?.close(),
    });
    this.picker = h("input", { type: "file", multiple: true, hidden: true });
    this.picker.onchange = () => {
      this.add([...(this.picker.files || [])]);
      this.picker.value = "";
    };
    const attach = h(
      "button",
      {
        class: "plain",
        "aria-label": t("compose.attach"),
        hidden: isBlocked || !messenger.settings.can_upload,
        onclick: () => this.picker.click(),
      },
      icon("clip"),
    );
    this.smile = h(
      "button",
      {
        class: "plain smile",
        "aria-label": t("emoji"),
        "aria-expanded": "false",
        hidden: isBlocked,
        onclick: async () => (await load("emoji")).toggleSheet(this, { h, t }),
      },
      icon("smile"),
    );
    this.button = h("button", { type: "submit", class: "go", "aria-label": t("compose.send") }, icon("up"));
    this.files = h("ul", { class: "files", hidden: true });
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    const box = h("div", { class: "box" }, this.text, this.smile);
    const line = h("div", { class: "line" }, attach, box, this.picker, this.button);
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    this.element = h("form", { class: "composer", onsubmit }, this.files, this.problem, line);
    this.restored = this.#restore();
    this.check();
    // Before they are needed where there is no network.
    if (messenger.settings.can_upload) messenger.sending.files().catch(() => {});
  }

  focus() {
    this.text.focus();
  }

  /**
   * A text that the host page proposes; what the visitor wrote goes first.
   * @param {string} text
   */
  async propose(text) {
    await this.restored;
    if (this.text.value) return;
    this.text.value = text;
    this.#typed();
  }

  /**
   * The thread became a conversation.
   * @param {string} key
   */
  move(key) {
    this.#keep("");
    this.key = this.draft = key;
    // What another tab has begun there is taken away by words only.
    if (this.text.value) this.#keep();
  }

  /** @param {File[]} files */
  async add(files) {
    if (!this.messenger.settings.can_upload) return undefined;
    const uploads = await this.messenger.sending.files().catch(() => null);
    if (!uploads) return this.say(t("connection.reconnecting"));
    this.attached ??= uploads.attached(this);
    return this.attached.add(files);
  }

  close() {
    this.attached?.cancel();
  }

  /** With every letter: a page may go away at any moment. */
  #typed() {
    this.#grow();
    this.check();
    this.#keep();
    if (this.text.value.trim()) this.messenger.type(this.key);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isWriting = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isWriting) return;
    event.preventDefault();
    this.#submit();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  #submit() {
    if (!this.check()) return;
    const body = this.text.value.trim();
    const { key, draft, messenger } = this;
    const { drafts } = messenger;
    const now = Date.now();
    // Until it is kept as a message, the device keeps it as a draft; who left keeps nothing.
    messenger.send(key, body, this.attached?.take(), () => {
      if (drafts !== messenger.drafts) return;
      this.#keep(draft === this.draft ? this.text.value : "", draft, now);
    });
    this.draft = key;
    this.sheet?.close();
    this.show("");
    this.focus();
    this.onSend();
  }

  /** @returns {boolean} whether this can be sent */
  check() {
    const body = this.text.value.trim();
    // Empty, it goes the way of its placeholder.
    this.text.dir = body && "auto";
    const limit = this.messenger.settings.limits.message_bytes;
    const over = new TextEncoder().encode(body).length - limit;
    if (over > 0) this.say(t("compose.too_long", { over: fileSize(over) }));
    else if (this.problem.dataset.about === "length") this.say("");
    this.problem.dataset.about = over > 0 ? "length" : "";
    const hasContent = Boolean(body || this.attached?.uploads.length);
    const isReady = hasContent && over <= 0 && !this.attached?.refused.size;
    this.button.disabled = !isReady;
    return isReady;
  }

  /** @param {string} text */
  say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  async #restore() {
    const { drafts, store } = this.messenger;
    const kept = await store.get("drafts", this.draft).catch(() => null);
    const { body } = drafts.get(this.draft) || kept || {};
    if (body && !this.text.value) this.show(body);
  }

  /** @param {string} body */
  show(body) {
    this.text.value = body;
    this.#grow();
    this.check();
  }

  /**
   * On the device, and in the visitor's other tabs.
   * @param {string} [body]
   * @param {string} [thread]
   * @param {number} [at]
   */
  #keep(body = this.text.value, thread = this.draft, at = Date.now()) {
    const { drafts, store, sending, visit } = this.messenger;
    const draft = { thread, body, at, visit };
    drafts.set(thread, draft);
    (body ? store.put("drafts", draft) : store.remove("drafts", thread)).catch(() => {});
    sending.others.postMessage(draft);
  }
}
