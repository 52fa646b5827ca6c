/**
 * The live preview: the messenger's own frame, told what the form says. The server answers what a
 * messenger would be told; nothing is stored, no visitor is made, and the frame cannot be used.
 */

/** @typedef {{settings: Record<string, any>, contrast: number, languages: string[]}} Answer */

const WAIT_MS = 250;

export class Preview {
  #timer = 0;
  /** Each look is newer than the one before; a late answer to an old one is not shown. */
  #look = 0;

  /**
   * @param {HTMLElement} element
   * @param {HTMLFormElement} form
   */
  constructor(element, form) {
    this.element = element;
    this.form = form;
    this.stage = find(element, ".setup-stage");
    this.screen = find(element, ".setup-screen");
    this.language = /** @type {HTMLSelectElement} */ (find(element, "[data-language]"));
    this.language.value = this.#value("locale") || "en";
    this.note = document.createElement("p");
    this.note.className = "setup-contrast";
    field(form, "color")?.after(this.note);

    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("formset:removed", () => this.soon());
    this.language.addEventListener("change", () => this.show());
    for (const button of element.querySelectorAll("button")) {
      button.addEventListener("click", () => this.#choose(button));
    }
    const isDark = document.documentElement.classList.contains("dark");
    this.#choose(find(element, `[data-theme="${isDark ? "dark" : "light"}"]`));
    this.#choose(find(element, '[data-screen="desktop"]'));
    this.show();
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.show(), WAIT_MS);
  }

  async show() {
    const look = ++this.#look;
    const answer = await this.#ask().catch(() => null);
    if (!answer || look !== this.#look) return;
    const { settings, contrast, languages } = answer;
    for (const option of this.language.options) option.hidden = !languages.includes(option.value);
    this.language.value = settings.locale;
    this.#sayContrast(settings, contrast);
    this.screen.style.setProperty("--brand", settings.color);
    this.screen.style.setProperty("--on-brand", settings.on_color);
    this.screen.dir = settings.position === "left" ? "rtl" : "ltr";
    this.#draw(settings);
  }

  /** @returns {Promise<Answer>} */
  async #ask() {
    const body = new FormData(this.form);
    body.delete("logo");
    body.set("preview_of", this.element.dataset.of || "");
    body.set("preview_language", this.language.value);
    const response = await fetch(this.element.dataset.preview || "", { method: "POST", body });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  }

  /**
   * A frame of its own for every look, shown when it is drawn: the one before stays until then.
   *
   * @param {Record<string, any>} settings
   */
  #draw(settings) {
    const frame = document.createElement("iframe");
    frame.title = "Preview of the messenger";
    frame.tabIndex = -1;
    frame.src = `${this.element.dataset.frame}?locale=${encodeURIComponent(settings.locale)}`;
    frame.style.colorScheme = this.stage.dataset.theme || "light";
    frame.addEventListener("load", () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.onmessage = null;
        this.#swap(frame);
      };
      const logo = this.#chosenLogo() || settings.logo;
      port1.postMessage({ type: "session", session: pretended({ ...settings, logo }), ...nowhere });
      frame.contentWindow?.postMessage("counterfoil:connect", location.origin, [port2]);
    });
    for (const waiting of this.screen.querySelectorAll("iframe:not(.ready)")) waiting.remove();
    this.screen.append(frame);
  }

  /** @param {HTMLIFrameElement} frame that spoke, so that it has drawn itself */
  #swap(frame) {
    requestAnimationFrame(() => {
      for (const old of this.screen.querySelectorAll("iframe.ready")) old.remove();
      frame.classList.add("ready");
    });
  }

  /** A picture that is chosen and not sent yet. */
  #chosenLogo() {
    const input = /** @type {HTMLInputElement|null} */ (field(this.form, "logo"));
    const [file] = input?.files || [];
    return file && file.type !== "image/svg+xml" && URL.createObjectURL(file);
  }

  /**
   * @param {Record<string, any>} settings
   * @param {number} contrast
   */
  #sayContrast({ color, on_color: onColor }, contrast) {
    const sample = document.createElement("b");
    sample.textContent = "Aa";
    sample.style.background = color;
    sample.style.color = onColor;
    const name = onColor === "#000000" ? "black" : "white";
    this.note.replaceChildren(sample, `Text on it is ${name}: contrast ${contrast} to 1.`);
  }

  /** @param {HTMLElement} button one of a group: light or dark, desktop or phone */
  #choose(button) {
    for (const other of button.parentElement?.querySelectorAll("button") || []) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    Object.assign(this.stage.dataset, button.dataset);
    for (const frame of this.screen.querySelectorAll("iframe")) {
      frame.style.colorScheme = this.stage.dataset.theme || "light";
    }
  }

  /** @param {string} name */
  #value(name) {
    const input = /** @type {HTMLInputElement|null} */ (field(this.form, name));
    return input?.value;
  }
}

/** What a boot would answer to somebody new. @param {Record<string, any>} settings */
const pretended = (settings) => ({
  token: "preview",
  contact: { id: null, role: "visitor", name: "", email: null },
  settings,
  conversations: [],
  unread: 0,
  outbound: [],
});

const nowhere = { page: { url: "", title: "", referrer: "" }, kept: [] };

/**
 * @param {ParentNode} within
 * @param {string} selector
 */
const find = (within, selector) =>
  /** @type {HTMLElement} */ (within.querySelector(selector));

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const field = (form, name) => /** @type {HTMLElement|null} */ (form.elements.namedItem(name));

const element = /** @type {HTMLElement|null} */ (document.querySelector(".setup-preview"));
const form = /** @type {HTMLFormElement|null} */ (document.querySelector("#installation_form"));
if (element && form) new Preview(element, form);
