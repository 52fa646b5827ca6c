/**
 * A menu in a `<details>`: works by itself, and with this by arrow keys, by typing, by Esc.
 *
 * With `data-filter` (its placeholder) a search field chooses among the options; without it the
 * focus itself moves from item to item. With `data-create` (its verb) what is typed and is no
 * option yet can be made one, by the item `.menu-create`.
 */
export class PickMenu extends HTMLElement {
  connectedCallback() {
    this.details = /** @type {HTMLDetailsElement} */ (this.querySelector("details"));
    this.summary = /** @type {HTMLElement} */ (this.querySelector("summary"));
    this.menu = /** @type {HTMLElement} */ (this.querySelector(".menu"));
    this.summary.setAttribute("aria-haspopup", this.dataset.filter ? "listbox" : "true");
    this.details.addEventListener("toggle", () => {
      const isInside = this.menu.contains(document.activeElement);
      if (this.details.open && !isInside) this.enter();
    });
    this.details.addEventListener("keydown", (event) => this.keyed(event));
  }

  /** What only an open menu needs: a conversation brings half a dozen, and most are never opened. */
  furnish() {
    for (const field of this.querySelectorAll("input[data-timezone]")) {
      /** @type {HTMLInputElement} */ (field).value =
        Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
    if (this.dataset.filter && !this.field) this.addFilter(this.dataset.filter);
  }

  /** Opens it with the focus inside at once: the next key is already meant for it. */
  open() {
    this.details.open = true;
    this.enter();
  }

  /** @param {boolean} [isBack] whether the focus goes back to the button */
  close(isBack = true) {
    this.details.open = false;
    if (isBack) this.summary.focus();
  }

  /** @param {string} hint */
  addFilter(hint) {
    const options = /** @type {HTMLElement} */ (this.querySelector(".options"));
    options.id = `options-${this.dataset.menu}`;
    options.setAttribute("role", "listbox");
    options.setAttribute("aria-label", hint);
    options.querySelectorAll("li").forEach((item) => item.setAttribute("role", "none"));
    options.querySelectorAll("button").forEach((button, index) => {
      button.id = `${options.id}-${index}`;
      button.tabIndex = -1;
      button.setAttribute("role", "option");
      button.setAttribute("aria-selected", String(button.hasAttribute("aria-current")));
      button.removeAttribute("aria-current");
    });
    const field = document.createElement("input");
    field.type = "text";
    field.className = "menu-filter";
    field.placeholder = hint;
    field.autocomplete = "off";
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", options.id);
    field.setAttribute("aria-label", hint);
    field.addEventListener("input", () => this.filter(field.value));
    this.menu.prepend(field);
    this.field = field;
  }

  /** @returns {HTMLElement[]} */
  items() {
    const all = this.menu.querySelectorAll(".menu-item");
    return /** @type {HTMLElement[]} */ ([...all]).filter((item) => item.checkVisibility());
  }

  /** @param {string} text */
  filter(text) {
    const wanted = text.trim().toLowerCase();
    let isThere = !wanted;
    for (const item of this.menu.querySelectorAll(".options li:not(.menu-create)")) {
      const words = (item.querySelector(".grow")?.textContent || "").toLowerCase();
      /** @type {HTMLElement} */ (item).hidden = !words.includes(wanted);
      isThere ||= words === wanted;
    }
    this.offerNew(text.trim(), isThere);
    this.activate(this.items()[0]);
  }

  /**
   * @param {string} name
   * @param {boolean} isThere
   */
  offerNew(name, isThere) {
    const item = /** @type {HTMLElement|null} */ (this.menu.querySelector(".menu-create"));
    if (!item) return;
    item.hidden = isThere;
    const button = /** @type {HTMLButtonElement} */ (item.querySelector("button"));
    button.value = name;
    const words = /** @type {HTMLElement} */ (button.querySelector(".grow"));
    words.textContent = `${this.dataset.create} “${name}”`;
  }

  /** @param {HTMLElement|undefined} item */
  activate(item) {
    for (const other of this.menu.querySelectorAll(".is-active")) {
      other.classList.remove("is-active");
    }
    item?.classList.add("is-active");
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.field?.setAttribute("aria-activedescendant", item.id);
    else this.field?.removeAttribute("aria-activedescendant");
  }

  enter() {
    this.furnish();
    if (this.field) {
      this.field.value = "";
      this.filter("");
      const chosen = this.items().find((item) => item.getAttribute("aria-selected") === "true");
      // Where several may be chosen, Enter must not take away what is.
      if (chosen && !this.dataset.create) this.activate(chosen);
      this.field.focus();
    } else {
      focusItem(this.items()[0]);
    }
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    if (!this.details.open) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.field) {
      this.close();
    } else if (event.key === "Enter" && event.target === this.field) {
      event.preventDefault();
      /** @type {HTMLElement|null} */ (this.menu.querySelector(".is-active"))?.click();
    } else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
      this.move(event);
    }
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches('input:not([role="combobox"], [type="file"])')) return;
    event.preventDefault();
    event.stopPropagation();
    const items = this.items();
    const active = this.field ? this.menu.querySelector(".is-active") : document.activeElement;
    const at = items.findIndex((item) => item.contains(active));
    const last = items.length - 1;
    const next = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const item = items[next ?? 0];
    if (this.field) this.activate(item);
    else focusItem(item);
  }

}

/** @param {PointerEvent} event somewhere; outside of a menu it closes that */
function pressed({ target }) {
  for (const menu of document.querySelectorAll("pick-menu")) {
    const isOutside = !menu.contains(/** @type {Node} */ (target));
    if (menu instanceof PickMenu && menu.details.open && isOutside) menu.close(false);
  }
}

/**
 * An item that is a label stands for what it labels.
 * @param {HTMLElement|undefined} item
 */
function focusItem(item) {
  const target = item instanceof HTMLLabelElement ? item.control : item;
  target?.focus();
}

/**
 * Opens the menu of that name, if the page has it.
 * @param {string} name
 */
export function openMenu(name) {
  const menu = document.querySelector(`pick-menu[data-menu="${name}"]`);
  if (menu instanceof PickMenu) menu.open();
}

customElements.define("pick-menu", PickMenu);
document.addEventListener("pointerdown", pressed);
