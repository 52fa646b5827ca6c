import { chip } from "./chip.js";

const CHOICES_MAX = 8;

/** Short answers for the customer to pick from, shown as buttons under a reply. */
export class Offer {
  /**
   * @param {import("./composer.js").InboxComposer} composer
   * @param {HTMLElement} offer where they are listed and written
   * @param {HTMLButtonElement} opener
   */
  constructor(composer, offer, opener) {
    this.composer = composer;
    this.offer = offer;
    this.opener = opener;
    this.field = /** @type {HTMLInputElement} */ (offer.querySelector("input"));
    this.isOpen = false;
    this.listen();
  }

  listen() {
    const { offer, opener, field } = this;
    opener.hidden = false;
    opener.addEventListener("click", () => this.toggle());
    field.addEventListener("keydown", (event) => this.keyed(event));
    field.addEventListener("blur", () => this.add());
    offer.addEventListener("click", (event) => {
      const item = /** @type {Element} */ (event.target).closest("button")?.closest("li");
      if (!item) return;
      const { part } = this.composer;
      part.choices = part.choices.filter((choice) => choice !== item.dataset.key);
      this.changed();
      field.focus();
    });
  }

  toggle() {
    this.isOpen = this.offer.hidden;
    if (this.isOpen) {
      this.show();
      this.field.focus();
      return;
    }
    this.composer.part.choices = [];
    this.changed();
    this.composer.text.focus();
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    if (event.isComposing) return;
    const { field } = this;
    const { choices } = this.composer.part;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.add();
    } else if (event.key === "Enter") {
      this.add();
      this.composer.keyed(event);
    } else if (event.key === "Backspace" && !field.value && choices.length) {
      choices.pop();
      this.changed();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      field.value = "";
      this.isOpen = choices.length > 0;
      this.show();
      this.composer.text.focus();
    }
  }

  add() {
    const { field } = this;
    const choice = field.value.trim();
    field.value = "";
    const { choices } = this.composer.part;
    if (!choice || choices.length >= CHOICES_MAX || choices.includes(choice)) return;
    choices.push(choice);
    this.changed();
  }

  changed() {
    const isInside = this.offer.contains(document.activeElement);
    this.isOpen = isInside || this.composer.part.choices.length > 0;
    this.composer.save();
    this.show();
  }

  show() {
    const { offer, opener, field } = this;
    const { choices } = this.composer.part;
    const isShown = this.composer.kind === "reply" && (choices.length > 0 || this.isOpen);
    offer.hidden = !isShown;
    opener.setAttribute("aria-expanded", String(isShown));
    const chips = choices.map((choice) => chip(choice, choice, "done"));
    offer.querySelector("ul")?.replaceChildren(...chips);
    field.hidden = choices.length >= CHOICES_MAX;
  }
}
