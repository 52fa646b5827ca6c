import { ask, elementsOf, Problem } from "./ask.js";
import { chip } from "./chip.js";
import { Clashes } from "./clashing.js";
import { emptyPart, isBlank, loadDraft, meet, partOf, saveDraft } from "./drafts.js";
import { keepEmoji, keepEmojiMenu, learnEmoji } from "./emoji.js";
import { keepFormatting, make } from "./formatting.js";
import { newId } from "./ids.js";
import { DraftKeeper } from "./keeping.js";
import { openMenu } from "./menu.js";
import { MacroPicker } from "./macros.js";
import { keepMentions } from "./mentions.js";
import { keepNoticing, openPlace } from "./noticing.js";
import { Offer } from "./offering.js";
import { Warning } from "./overtaking.js";
import { hear, isEnough, me, store, tell } from "./page.js";
import { thread } from "./thread.js";
import { explain } from "./toasts.js";
import { Uploads } from "./uploading.js";

const TYPING_EVERY_MS = 3000;
const CLOSE = '{"do":"close"}';

/** Where replies and notes are written; nothing typed here is lost by a reload. */
export class InboxComposer extends HTMLElement {
  connectedCallback() {
    this.conversation = this.dataset.conversation || "";
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.text = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    const alert = /** @type {HTMLElement} */ (this.querySelector(".composer-alert"));
    this.warning = new Warning(alert);
    const files = /** @type {HTMLElement} */ (this.querySelector(".uploads"));
    this.uploads = new Uploads(this, files);
    this.replyHint = this.text.placeholder;
    const clash = /** @type {HTMLElement} */ (this.querySelector(".draft-clash"));
    this.clashes = new Clashes(this, clash);
    /** A text with open places that is sent as it is. */
    this.sure = "";
    this.typedAt = 0;
    const offer = /** @type {HTMLElement|null} */ (this.querySelector(".offer"));
    const opener = /** @type {HTMLButtonElement|null} */ (this.querySelector("[data-offer]"));
    this.offer = offer && opener ? new Offer(this, offer, opener) : null;
    const written = this.text.value;
    this.draft = loadDraft(this.conversation);
    this.keepDrafts();
    if (this.hasAttribute("data-refused")) this.part.body = written;
    else this.choose(this.draft.kind);
    this.meetAll(JSON.parse(this.dataset.begun || "{}"));
    this.show();
    this.listen();
    if (this.draft.overtaken) this.warning.show(this.draft.overtaken);
  }

  disconnectedCallback() {
    this.warning?.hide();
    this.keeper?.flush();
    this.leaving?.abort();
  }

  listen() {
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.form.addEventListener("change", (event) => this.changed(event));
    // Who chose the note with the mouse writes next: letters must not be taken for keys of the inbox.
    this.form.querySelector(".modes")?.addEventListener("click", (event) => {
      const { detail, target } = /** @type {MouseEvent} */ (event);
      if (detail && /** @type {Element} */ (target).closest(".mode")) setTimeout(() => this.text.focus());
    });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.keyed(event));
    this.uploads.listen();
    // Enter there would press the form's first button, which is another one.
    this.ownTime?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector('[name="due"][value="own"]'));
    });
    this.listenToMacros();
    keepFormatting(this.text);
    learnEmoji(this.dataset.signs || "");
    this.emoji = keepEmoji(this.text);
    keepEmojiMenu(/** @type {HTMLElement} */ (this.querySelector(".emoji-menu")), this.text);
    this.notice = keepNoticing(this);
    this.mentions = keepMentions(this);
    const eye = /** @type {HTMLElement} */ (this.querySelector("[data-preview]"));
    eye.hidden = false;
    eye.addEventListener("click", () => this.preview(eye));
    const at = /** @type {HTMLElement} */ (this.querySelector("[data-open-mentions]"));
    if (!at) return;
    at.hidden = false;
    at.addEventListener("click", () => this.mentions?.open("@"));
  }

  // ---- the two kinds ----

  /** @returns {"reply"|"note"} */
  get kind() {
    const chosen = this.form.querySelector('input[name="kind"]:checked');
    return /** @type {any} */ (chosen)?.value || "note";
  }

  /** @param {"reply"|"note"} kind */
  choose(kind) {
    const choice = this.form.querySelector(`input[name="kind"][value="${kind}"]`);
    if (choice instanceof HTMLInputElement) choice.checked = true;
  }

  /** @param {"reply"|"note"} kind */
  focusOn(kind) {
    this.choose(kind);
    this.show();
    this.text.focus();
  }

  get part() {
    return this.draft[this.kind];
  }

  // ---- the draft ----

  show() {
    const { kind } = this;
    this.draft.kind = kind;
    this.text.value = this.part.body;
    this.text.placeholder =
      kind === "note" ? this.text.dataset.notePlaceholder || "" : this.replyHint;
    this.uploads.show();
    this.offer?.show();
    this.showThen();
    this.clashes.show();
    this.say();
    this.notice?.();
    this.grow();
  }

  /** The words have changed: they are on the device at once, on the server a moment later. */
  save() {
    const { kind, part } = this;
    part.body = this.text.value;
    part.isSaved = false;
    part.clientId ||= newId();
    saveDraft(this.conversation, this.draft);
    this.keeper?.soon(kind);
    this.say();
    const isEmpty = isBlank(part);
    tell("inbox:draft", { conversation: this.conversation, kind, is_empty: isEmpty, version: 0 });
  }

  keepDrafts() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    const shows = (/** @type {string} */ kind) => kind === this.kind && this.say();
    this.keeper = new DraftKeeper({
      conversation: this.conversation,
      url: this.dataset.keep || "",
      part: (kind) => this.draft[kind],
      onSaved: shows,
      onLate: (kind) => kind === this.kind && this.say("Draft kept on this device"),
      onOther: (kind, stored) => this.meetAll({ [kind]: stored }),
    });
    window.addEventListener("pagehide", () => this.keeper?.flush(), { signal });
  }

  get state() {
    return /** @type {HTMLElement} */ (this.querySelector(".draft-state"));
  }

  /** How safe the words are. @param {string} [words] */
  say(words) {
    const { part, state } = this;
    if (isBlank(part)) words = "";
    else if (part.isSaved && part.savedAt) words = this.offsetWidth < 416 ? "Draft saved" : `Draft saved ${clockOf(part.savedAt)}`;
    else words ??= "Saving…";
    if (state.textContent !== words) state.textContent = words;
  }

  /**
   * What the server holds meets what is here.
   * @param {Partial<Record<"reply"|"note", import("./drafts.js").Stored>>} drafts
   */
  meetAll(drafts) {
    for (const kind of /** @type {const} */ (["reply", "note"])) {
      const stored = drafts[kind];
      if (stored) this.meet(kind, stored);
      if (!this.draft[kind].isSaved) this.keeper?.soon(kind);
    }
    saveDraft(this.conversation, this.draft);
    this.clashes.show();
  }

  /**
   * @param {"reply"|"note"} kind
   * @param {import("./drafts.js").Stored} stored
   */
  meet(kind, stored) {
    const isOnItsWay = store.get(`counterfoil:outbox:${me}:${stored.client_id}`) !== null;
    const isOwn = this.keeper?.isOwn(kind, stored);
    switch (meet(this.draft[kind], stored, { isOnItsWay, isOwn })) {
      case "take":
        this.draft[kind] = partOf(stored);
        this.clashes.delete(kind);
        if (kind === this.kind) this.show();
        break;
      case "rebase":
        this.draft[kind].version = stored.version;
        if (stored.is_empty && !isBlank(this.draft[kind])) this.draft[kind].clientId = newId();
        break;
      case "clash":
        this.clashes.set(kind, stored);
    }
  }

  /** Another device of the teammate's own has written. @param {any} frame */
  async heardOfDraft(frame) {
    const kind = /** @type {"reply"|"note"} */ (frame.kind);
    if (frame.conversation !== this.conversation || !frame.version) return;
    await this.keeper?.settled(kind);
    if (!this.isConnected || frame.version <= this.draft[kind].version) return;
    await this.look();
  }

  async look() {
    const drafts = await this.keeper?.look().catch(() => null);
    if (drafts && this.isConnected) this.meetAll(drafts);
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  typed() {
    this.save();
    this.grow();
    if (!this.text.value) this.unwarn();
    const now = Date.now();
    if (!this.text.value || now - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = now;
    tell("inbox:typing", { conversation: this.conversation, mode: this.kind });
  }

  /** @param {Event} event */
  changed(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.name === "kind") {
      this.unwarn();
      this.show();
    }
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    const pickers = [this.picker, this.mentions, this.emoji];
    if (pickers.some((picker) => picker?.keyed(event))) return;
    if (event.key !== "Enter" || event.isComposing) return;
    if (!(event.ctrlKey || event.metaKey || isEnough(event))) return;
    event.preventDefault();
    if (event.altKey) {
      if (this.kind === "reply") openMenu("send-later");
      return;
    }
    const closing = event.shiftKey ? this.form.querySelector(".send-and-close") : null;
    this.form.requestSubmit(/** @type {HTMLButtonElement|null} */ (closing));
  }

  // ---- sending ----

  /** @param {SubmitEvent} event */
  submitted(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
    const due = button?.name === "due" ? button.value : "";
    if (due) this.querySelector(".send-menu details")?.removeAttribute("open");
    this.send({
      isOverride: button?.name === "override",
      isClosing: button?.name === "then",
      due,
    });
  }

  /**
   * @param {{isOverride?: boolean, isClosing?: boolean}} [how] `isOverride`: the teammate has seen
   *   that somebody else answered; `isClosing`: the conversation is closed along with it; `due`:
   *   when it is to go out
   */
  send({ isOverride = false, isClosing = false, due = "" } = {}) {
    const { kind, part } = this;
    part.body = this.text.value;
    if (this.warning.isShown && kind === "reply" && !isOverride) {
      this.warning.focus();
      return;
    }
    if (this.uploads.isOpen) {
      this.state.textContent = this.uploads.wait(isClosing);
      return;
    }
    if (!part.body.trim() && !part.uploads.length) {
      if (kind === "reply" && !due) tell("inbox:send-held");
      this.text.focus();
      return;
    }
    if (kind === "reply" && openPlace(part.body) && part.body !== this.sure) {
      // Sent a second time it is meant as it stands.
      this.sure = part.body;
      const at = part.body.indexOf(openPlace(part.body));
      this.text.focus();
      this.text.setSelectionRange(at, at + openPlace(part.body).length);
      return;
    }
    const isHeld = Number(this.dataset.hold) > 0 && kind === "reply" && !due && !isClosing;
    tell("inbox:send", {
      client_id: part.clientId || newId(),
      conversation: this.conversation,
      contact_name: this.dataset.contactName || "",
      url: this.form.getAttribute("action") || "",
      kind,
      body: part.body,
      uploads: part.uploads,
      choices: kind === "reply" ? part.choices : [],
      then: isClosing ? [...part.then, { step: CLOSE, words: "" }] : part.then,
      macros: part.macros,
      hold: isHeld && !part.then.length,
      due,
      due_at: due === "own" ? this.ownTime?.value : "",
      last_seen_seq: (isOverride && this.warning.since) || thread()?.lastSeq || 0,
      override: isOverride,
    });
    this.draft[kind] = emptyPart(part.version);
    if (this.offer) this.offer.isOpen = false;
    this.unwarn();
    this.show();
    saveDraft(this.conversation, this.draft);
    const sent = { conversation: this.conversation, kind, is_empty: true, version: 0 };
    tell("inbox:draft", sent);
    this.text.focus();
    this.typedAt = 0;
  }

  /** Where a time of one's own is written. */
  get ownTime() {
    return /** @type {HTMLInputElement|null} */ (this.querySelector('input[name="due_at"]'));
  }

  unwarn() {
    this.warning.hide();
    this.draft.overtaken = null;
  }

  /**
   * Somebody has spoken in this conversation.
   * @param {{conversation: string, kind: string, authorType: string, authorName: string,
   *   at: string, words: string, seq: number}} said
   */
  heard(said) {
    const isAnswer = said.kind === "reply" && said.authorType !== "contact";
    if (!isAnswer || said.conversation !== this.conversation) return;
    if (this.kind === "reply" && this.text.value.trim()) this.warning.add(said);
  }

  /** Shows again what the outbox gave back. */
  reload() {
    this.draft = loadDraft(this.conversation);
    this.choose(this.draft.kind);
    this.show();
    if (!this.part.isSaved) this.save();
    if (this.draft.overtaken) this.warning.show(this.draft.overtaken);
    this.text.focus();
  }

  // ---- macros ----

  listenToMacros() {
    const opener = /** @type {HTMLElement|null} */ (this.querySelector("[data-open-macros]"));
    if (!opener) return;
    opener.hidden = false;
    opener.addEventListener("click", () => this.openMacros());
    this.picker = new MacroPicker(this.text, this.dataset.macros || "", (macro, start, end) =>
      this.use(macro, start, end),
    );
    this.then.addEventListener("click", (event) => {
      const item = /** @type {Element} */ (event.target).closest("button")?.closest("li");
      if (!item) return;
      this.part.then = this.part.then.filter(({ step }) => step !== item.dataset.key);
      this.save();
      this.showThen();
      this.text.focus();
    });
  }

  get then() {
    return /** @type {HTMLElement} */ (this.querySelector(".then"));
  }

  /** How it will look, or no more. */
  async preview(eye = /** @type {HTMLElement} */ (this.querySelector("[data-preview]"))) {
    const { preview = "", script = "" } = eye.dataset;
    try {
      const { togglePreview } = await import(script);
      await togglePreview(eye, this.text, async (/** @type {string} */ body) =>
        elementsOf(await (await ask(preview, { form: { body } })).text()),
      );
    } catch (error) {
      explain(error instanceof Problem ? error : new Problem(0));
    }
  }

  openMacros() {
    this.text.focus();
    this.picker?.open();
  }

  /**
   * Puts a macro in the place of what named it.
   * @param {import("./macros.js").Chosen} macro
   * @param {number} start
   * @param {number} end
   */
  use(macro, start, end) {
    const after = start + macro.body.length;
    make(this.text, { from: start, to: end, text: macro.body, start: after, end: after });
    const { part } = this;
    const done = new Set(macro.then.map(({ step }) => JSON.parse(step).do));
    part.then = [...part.then.filter(({ step }) => !done.has(JSON.parse(step).do)), ...macro.then];
    part.macros = [...new Set([...part.macros, macro.id])];
    this.typed();
    this.showThen();
  }

  showThen() {
    const { then } = this.part;
    this.then.replaceChildren(...then.map(({ step, words }) => chip(step, words, "done")));
    this.then.hidden = !then.length;
  }

}

/** @param {string} at */
const clockOf = (at) =>
  new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });

/** @returns {InboxComposer|null} */
export const composer = () => document.querySelector("inbox-composer");

customElements.define("inbox-composer", InboxComposer);
hear("inbox:spoken", (said) => composer()?.heard(said));
hear("inbox:draft", (frame) => composer()?.heardOfDraft(frame));
hear("inbox:resumed", () => composer()?.look());
hear("inbox:macros", () => composer()?.picker?.again());
hear("inbox:names", () => composer()?.mentions?.again());
