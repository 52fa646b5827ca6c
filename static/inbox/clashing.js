/** Two devices wrote at once: what stands on the other one, and what becomes of both. */

import { partOf, saveDraft } from "./drafts.js";
import { toast } from "./toasts.js";

const EXCERPT = 90;

/** @typedef {import("./drafts.js").Stored} Stored */

export class Clashes {
  /** @type {Map<string, Stored>} what another device wrote, by kind */
  #stored = new Map();

  /**
   * @param {import("./composer.js").InboxComposer} composer
   * @param {HTMLElement} bar
   */
  constructor(composer, bar) {
    this.composer = composer;
    this.bar = bar;
    bar.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      if (button) this.#decide(button.dataset.clash || "");
    });
  }

  /**
   * @param {string} kind
   * @param {Stored} stored
   */
  set(kind, stored) {
    this.#stored.set(kind, stored);
  }

  /** @param {string} kind */
  delete(kind) {
    this.#stored.delete(kind);
  }

  show() {
    const stored = this.#stored.get(this.composer.kind);
    this.bar.hidden = !stored;
    if (!stored) return;
    const { body } = stored;
    const excerpt = body.length > EXCERPT ? `${body.slice(0, EXCERPT)}…` : body;
    const words = /** @type {HTMLElement} */ (this.bar.querySelector("p"));
    words.textContent = `On another device you wrote “${excerpt}”`;
  }

  /** @param {string} choice */
  #decide(choice) {
    const { composer } = this;
    const { kind, part, draft } = composer;
    const stored = this.#stored.get(kind);
    if (!stored) return;
    this.delete(kind);
    const mine = { ...part, version: stored.version, isSaved: false };
    if (choice === "theirs") {
      draft[kind] = partOf(stored);
      const run = () => {
        composer.draft[kind] = { ...mine, version: composer.draft[kind].version };
        composer.show();
        composer.save();
      };
      toast("That is in the box now.", { action: { name: "Undo", run } });
    } else {
      draft[kind] = mine;
      if (choice === "both") mine.body = `${mine.body}\n\n${stored.body}`;
    }
    composer.show();
    if (choice !== "theirs") composer.save();
    else saveDraft(composer.conversation, draft);
    this.show();
    composer.text.focus();
  }
}
