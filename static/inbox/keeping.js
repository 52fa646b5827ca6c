import { ask, Problem } from "./ask.js";
import { areSame, loadDraft, saveDraft } from "./drafts.js";
import { tell } from "./page.js";

/** @typedef {"reply"|"note"} Kind */
/** @typedef {import("./drafts.js").Part} Part */
/** @typedef {import("./drafts.js").Stored} Stored */

const SOON_MS = 1200;
const AGAIN_MS = 5000;

/**
 * What this page has last sent to be kept, by conversation and kind: it is no news from elsewhere.
 * @type {Map<string, import("./drafts.js").Words>}
 */
const sent = new Map();

/** Brings what is written in one conversation to the server, a moment after it was written. */
export class DraftKeeper {
  /** @type {Map<Kind, any>} */
  #timers = new Map();
  /** @type {Map<Kind, Promise<void>>} */
  #saving = new Map();

  /**
   * @param {{
   *   conversation: string,
   *   url: string,
   *   part: (kind: Kind) => Part,
   *   onSaved: (kind: Kind) => void,
   *   onLate: (kind: Kind) => void,
   *   onOther: (kind: Kind, stored: Stored) => void,
   * }} options `onLate`: it could not be saved and is tried again; `onOther`: the server holds
   *   something else
   */
  constructor(options) {
    this.options = options;
  }

  /** @param {Kind} kind */
  soon(kind) {
    if (!this.#timers.has(kind)) this.#in(SOON_MS, kind);
  }

  /**
   * @param {number} ms
   * @param {Kind} kind
   */
  #in(ms, kind) {
    clearTimeout(this.#timers.get(kind));
    this.#timers.set(kind, setTimeout(() => this.save(kind), ms));
  }

  /** What is not saved yet is saved now: the page is being left. */
  flush() {
    for (const kind of [...this.#timers.keys()]) this.save(kind, true);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} [isLast] whether the page may be gone before the answer comes
   */
  save(kind, isLast = false) {
    clearTimeout(this.#timers.get(kind));
    this.#timers.delete(kind);
    if (this.#saving.has(kind) && !isLast) {
      this.soon(kind);
      return;
    }
    if (this.options.part(kind).isSaved) return;
    const saving = this.#post(kind, isLast).finally(() => {
      if (this.#saving.get(kind) === saving) this.#saving.delete(kind);
    });
    this.#saving.set(kind, saving);
  }

  /** Saves what is not saved, and resolves when it is, or could not be. */
  async allSaved() {
    for (const kind of /** @type {const} */ (["reply", "note"])) {
      await this.settled(kind);
      this.save(kind);
      await this.settled(kind);
    }
  }

  /** Resolves when nothing of this kind is on its way. @param {Kind} kind */
  async settled(kind) {
    await this.#saving.get(kind);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} isLast
   */
  async #post(kind, isLast) {
    const { conversation, url, onLate, onOther } = this.options;
    const words = structuredClone(this.options.part(kind));
    sent.set(`${conversation} ${kind}`, words);
    try {
      const response = await ask(url, { form: formOf(kind, words), keepalive: isLast });
      this.#note(kind, words, await response.json());
    } catch (error) {
      const stored = error instanceof Problem && error.document.draft;
      if (stored) {
        onOther(kind, stored);
        return;
      }
      if (error instanceof Problem && error.isLoggedOut) tell("inbox:logged-out");
      if (!(error instanceof Problem) || error.isTransient) this.#in(AGAIN_MS, kind);
      onLate(kind);
    }
  }

  /**
   * @param {Kind} kind
   * @param {Part} words what was sent
   * @param {{version: number, saved_at: string}} answer
   */
  #note(kind, words, answer) {
    const { conversation, part, onSaved } = this.options;
    const now = part(kind);
    if (answer.version > now.version) now.version = answer.version;
    now.savedAt = answer.saved_at;
    if (areSame(now, words)) now.isSaved = true;
    else if (!now.isSaved) this.soon(kind);
    // The composer may have left by now: what is on the device must not claim to be unsaved.
    const kept = loadDraft(conversation);
    if (areSame(kept[kind], words)) {
      kept[kind] = { ...kept[kind], version: now.version, isSaved: true, savedAt: now.savedAt };
      saveDraft(conversation, kept);
    }
    onSaved(kind);
  }

  /** What the server holds, by kind. @returns {Promise<Partial<Record<Kind, Stored>>>} */
  async look() {
    const response = await ask(this.options.url);
    return (await response.json()).drafts;
  }

  /**
   * Whether these words came from this page.
   * @param {Kind} kind
   * @param {Stored} stored
   */
  isOwn(kind, stored) {
    const words = sent.get(`${this.options.conversation} ${kind}`);
    return words !== undefined && !stored.is_empty && areSame(words, stored);
  }
}

/**
 * @param {Kind} kind
 * @param {Part} part
 */
function formOf(kind, part) {
  const form = new URLSearchParams({
    kind,
    body: part.body,
    version: String(part.version),
    client_id: part.clientId,
  });
  for (const { id } of part.uploads) form.append("attachments", id);
  for (const choice of part.choices) form.append("choices", choice);
  for (const { step } of part.then) form.append("then", step);
  for (const macro of part.macros) form.append("macros", macro);
  return form;
}
