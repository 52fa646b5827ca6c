/** Side conversations: asking colleagues beside a conversation, in the customer's panel. */

import { ask, elementsOf, Problem } from "./ask.js";
import { newId } from "./ids.js";
import { keepMentions } from "./mentions.js";
import { addressOf, conversation, hear, isEnough, me, store, tell, view } from "./page.js";
import { put } from "./places.js";
import { explain, toast } from "./toasts.js";
import { chooseFoundWhom, chooseIn, chosenIn, findWhom } from "./whom.js";

const NEW = "new";
const CLOSED = '<side-thread id="side" class="side" hidden></side-thread>';
/** What a newer fragment brings into the place of what is there; the form stays in hand. */
const PARTS = [".side-head", ".side-who", ".side-scroll"];

/** @typedef {{body: string, subject: string, id: string, whom: string[]}} Draft */

/** @param {string} side */
const place = (side) => addressOf(view(), conversation(), side ? { side } : {});

/** @returns {SideThread|null} the one that is open */
function open() {
  const side = document.getElementById("side");
  return side instanceof SideThread && side.side ? side : null;
}

/** Where the customer's panel floats, it comes; where it was put away, it is back. */
function reveal() {
  const pane = document.getElementById("record");
  document.querySelector(".app")?.classList.remove("no-record");
  if (pane && !pane.checkVisibility()) pane.showPopover();
}

/** Which opening was asked for last: an older answer is not shown over it. */
let opening = 0;

/** How often it was told that one beside this conversation has changed. */
let told = 0;

/**
 * Opens a side conversation, or ("new") the form for one, in the customer's panel.
 * @param {string} side
 */
export async function openSide(side) {
  const turn = (opening += 1);
  const id = conversation();
  const before = told;
  try {
    const response = await ask(place(side), { part: "side" });
    const html = await response.text();
    if (turn !== opening || conversation() !== id) return;
    if (!elementsOf(html)[0]?.dataset.side) {
      toast("This side conversation is not there any more.");
      return;
    }
    reveal();
    put(html);
    history.replaceState(history.state, "", place(side));
    open()?.focusFirst();
    if (told !== before) open()?.refresh();
  } catch (error) {
    explain(error);
  }
}

/** Shows the customer again. */
function closeSide() {
  const was = open()?.side || "";
  opening += 1;
  put(CLOSED);
  history.replaceState(history.state, "", place(""));
  const row = document.querySelector(`#sides [data-side="${CSS.escape(was)}"]`);
  /** @type {HTMLElement|null} */ (row || document.querySelector("#sides [data-side]"))?.focus();
}

/** One side conversation, or the form for a new one. */
export class SideThread extends HTMLElement {
  /** Requests in their order, and the latest of those whose answer is on screen. */
  #asked = 0;
  #shown = 0;
  #readTo = 0;
  isBusy = false;

  get side() {
    return this.dataset.side || "";
  }

  get isNew() {
    return this.side === NEW;
  }

  get kind() {
    return "note";
  }

  get seq() {
    return Number(this.dataset.seq) || 0;
  }

  connectedCallback() {
    if (!this.side) return;
    this.toEnd();
    const form = this.querySelector(".side-form");
    if (form instanceof HTMLFormElement) this.listen(form);
    this.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("keydown", (event) => this.keyed(event));
    this.addEventListener("input", (event) => this.typed(event));
    for (const find of this.querySelectorAll(".side-find")) {
      /** @type {HTMLInputElement} */ (find).hidden = false;
    }
    this.markRead();
  }

  /** @param {HTMLFormElement} form */
  listen(form) {
    this.form = form;
    this.text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.bringDraft();
    this.mentions = keepMentions(/** @type {any} */ (this));
  }

  focusFirst() {
    const isClosed = this.querySelector(".side-closed");
    const first = this.isNew ? this.querySelector(".side-find") : isClosed ? null : this.text;
    /** @type {HTMLElement|null} */ (first || this.querySelector("h2"))?.focus();
  }

  toEnd() {
    const scroller = this.querySelector(".side-scroll");
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  // ---- what is not sent yet ----

  get key() {
    return `counterfoil:side:${me}:${this.dataset.conversation}:${this.side}`;
  }

  /** @param {string} name */
  field(name) {
    return /** @type {HTMLInputElement|null} */ (this.form?.elements.namedItem(name) || null);
  }

  keepDraft() {
    const body = this.text?.value || "";
    const subject = this.field("subject")?.value || "";
    const whom = chosenIn(this.form);
    const isEmpty = !body.trim() && !subject.trim() && !whom.length;
    const draft = { body, subject, whom, id: this.field("client_id")?.value };
    store.set(this.key, isEmpty ? null : JSON.stringify(draft));
  }

  bringDraft() {
    /** @type {Draft|null} */
    let draft = null;
    try {
      draft = JSON.parse(store.get(this.key) || "null");
    } catch {
      // What cannot be read is no draft.
    }
    const id = this.field("client_id");
    if (!draft || !this.text || !id) return;
    this.text.value = draft.body || "";
    id.value = draft.id || id.value;
    const subject = this.field("subject");
    if (subject) subject.value = draft.subject || "";
    chooseIn(this.form, draft.whom || []);
  }

  // ---- what is done ----

  /** @param {Event} event */
  typed(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.matches(".side-find")) findWhom(input);
    else if (input.form === this.form) this.keepDraft();
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    if (event.isComposing || this.mentions?.keyed(event)) return;
    const field = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      const more = field.closest("details[open]");
      if (more) {
        more.removeAttribute("open");
        more.querySelector("summary")?.focus();
      } else closeSide();
    } else if (event.key === "Enter" && field.matches(".side-find")) {
      event.preventDefault();
      if (chooseFoundWhom(/** @type {HTMLInputElement} */ (field))) this.keepDraft();
    } else if (event.key === "Enter" && field === this.text && (event.ctrlKey || event.metaKey || isEnough(event))) {
      event.preventDefault();
      event.stopPropagation();
      this.form?.requestSubmit();
    }
  }

  /** @param {SubmitEvent} event */
  async submitted(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (this.isBusy) return;
    const data = new FormData(form, event.submitter);
    data.delete("csrfmiddlewaretoken");
    const isMessage = form === this.form;
    const said = this.text?.value;
    const turn = this.begin();
    this.setBusy(true);
    try {
      const response = await ask(form.getAttribute("action") || "", { form: data });
      const html = await response.text();
      this.announce(response);
      this.setBusy(false);
      if (isMessage && this.isNew) return void this.begun(html);
      if (isMessage && this.text && this.text.value === said) this.text.value = "";
      if (isMessage) this.renew();
      else form.closest("details")?.removeAttribute("open");
      if (!isMessage) form.reset();
      if (!this.show(html, turn)) await this.refresh();
    } catch (error) {
      this.setBusy(false);
      if (error instanceof Problem && error.type.endsWith("client-id-reused")) {
        // It had arrived before it was changed: what is here now is something else.
        this.renew();
        this.refresh();
      }
      explain(error);
    }
  }

  /** @param {boolean} isBusy */
  setBusy(isBusy) {
    this.isBusy = isBusy;
    this.toggleAttribute("aria-busy", isBusy);
  }

  /** The next message is another one. */
  renew() {
    const id = this.field("client_id");
    if (id) id.value = newId();
    this.keepDraft();
  }

  /** @param {string} html the side conversation that has begun */
  begun(html) {
    store.set(this.key, null);
    if (!this.isConnected) return;
    const fresh = put(html);
    history.replaceState(history.state, "", place(fresh.dataset.side || ""));
    if (fresh instanceof SideThread) fresh.focusFirst();
    tell("inbox:record");
  }

  /** @param {Response} response */
  announce(response) {
    const events = JSON.parse(response.headers.get("HX-Trigger") || "{}");
    const done = events["inbox:side-done"];
    if (!done) return;
    const run = () => ask(done.undo.url, { form: done.undo.values }).then(() => this.refresh(), explain);
    toast(done.words, { action: { name: "Undo", run } });
  }

  // ---- what others do ----

  begin() {
    this.#asked += 1;
    return this.#asked;
  }

  /**
   * Brings what the server says now, unless something newer is on screen.
   * @param {string} html
   * @param {number} turn of its request
   */
  show(html, turn) {
    const [fresh] = elementsOf(html);
    if (fresh?.dataset.side !== this.side || turn < this.#shown) return false;
    if (Number(fresh.dataset.seq) < this.seq) return false;
    this.#shown = turn;
    const scroller = this.querySelector(".side-scroll");
    const atEnd = !scroller || scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 40;
    const top = scroller?.scrollTop || 0;
    const focused = PARTS.find((part) => document.activeElement?.closest(`#side ${part}`));
    for (const part of PARTS) {
      const newer = fresh.querySelector(part);
      if (newer) this.querySelector(part)?.replaceWith(newer);
    }
    this.offer(fresh);
    this.dataset.seq = fresh.dataset.seq;
    const words = fresh.querySelector("textarea")?.placeholder;
    if (this.text && words) this.text.placeholder = words;
    if (atEnd) this.toEnd();
    else if (this.querySelector(".side-scroll")) {
      /** @type {Element} */ (this.querySelector(".side-scroll")).scrollTop = top;
    }
    if (focused) {
      /** @type {HTMLElement|null} */ (
        this.querySelector(focused === ".side-scroll" ? focused : `${focused} button`)
      )?.focus({ preventScroll: true });
    }
    this.markRead();
    return true;
  }

  /**
   * Whom one may ask, as they are called now; who is chosen stays so.
   * @param {HTMLElement} fresh
   */
  offer(fresh) {
    const found = fresh.querySelector(".side-choices");
    const old = this.querySelector(".side-choices");
    const form = old?.closest("form");
    if (!found || !old || !form || found.innerHTML === old.innerHTML) return;
    const chosen = chosenIn(form);
    old.replaceWith(found);
    chooseIn(form, chosen);
    findWhom(/** @type {HTMLInputElement} */ (form.querySelector(".side-find")));
  }

  async refresh() {
    const turn = this.begin();
    const response = await ask(place(this.side), { part: "side" }).catch(() => null);
    if (!response || !this.isConnected) return;
    this.show(await response.text(), turn);
  }

  /** What is in sight has been read. */
  markRead() {
    const isSeen = document.visibilityState === "visible" && this.checkVisibility();
    if (this.isNew || !isSeen || this.seq <= this.#readTo) return;
    const seq = this.seq;
    this.#readTo = seq;
    const url = `${addressOf(view(), conversation()).split("?")[0]}sides/${this.side}/`;
    ask(url, { form: { do: "read", seq: String(seq) } }).catch(() => {
      this.#readTo = 0;
    });
  }
}

/** @param {MouseEvent} event */
function pressed(event) {
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
  const target = /** @type {Element} */ (event.target);
  if (!isPlain || event.defaultPrevented) return;
  if (target.closest("[data-side-back]")) {
    event.preventDefault();
    closeSide();
    return;
  }
  const link = target.closest("a[data-side]");
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  openSide(link.dataset.side || "");
}

/** @param {{conversation: string, side: string, is_read: boolean}} frame */
function heard(frame) {
  if (frame.conversation !== conversation()) return;
  told += 1;
  tell("inbox:record");
  if (!frame.is_read && open()?.side === frame.side) open()?.refresh();
}

/** Makes side conversations alive. */
export function keepSides() {
  customElements.define("side-thread", SideThread);
  document.addEventListener("click", pressed, { capture: true });
  hear("inbox:side", heard);
  for (const name of ["inbox:live", "inbox:names"]) hear(name, () => open()?.refresh());
  hear("inbox:arrived", () => {
    if (!open()) return;
    reveal();
    // What was said while its conversation was under way is not in there.
    open()?.refresh();
    open()?.markRead();
  });
  document.addEventListener("visibilitychange", () => open()?.markRead());
  if (open()) reveal();
}
