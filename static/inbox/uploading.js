/** Files of what is being written: attached, on their way, failed, sent along. */

import { ask } from "./ask.js";
import { chip } from "./chip.js";
import { newId } from "./ids.js";

const TIMEOUT_MS = 120000;

export class Uploads {
  /** @type {Map<string, {name: string, state: "busy"|"failed", file: File}>} */
  #unfinished = new Map();
  /** Whether the words go out as soon as the files are up, and how. */
  #isWaiting = false;
  #isClosing = false;

  /**
   * @param {import("./composer.js").InboxComposer} composer
   * @param {HTMLElement} list
   */
  constructor(composer, list) {
    this.composer = composer;
    this.list = list;
    list.addEventListener("click", (event) => this.#pressed(event));
  }

  /** Whether something is not up yet. */
  get isOpen() {
    return this.#unfinished.size > 0;
  }

  /** Takes what is chosen, pasted or dropped. */
  listen() {
    const { form, text } = this.composer;
    form.addEventListener("change", ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target);
      if (input.name !== "files" || !input.files) return;
      this.#attach(input.files);
      input.value = "";
    });
    text.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.#attach(event.clipboardData.files);
    });
    form.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.toggleAttribute("data-drop", true);
    });
    form.addEventListener("dragleave", () => form.removeAttribute("data-drop"));
    form.addEventListener("drop", (event) => {
      form.removeAttribute("data-drop");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.#attach(event.dataTransfer.files);
    });
  }

  /** @param {FileList} files */
  #attach(files) {
    for (const file of files) this.#upload(newId(), file);
  }

  /**
   * @param {string} key
   * @param {File} file
   */
  async #upload(key, file) {
    const { part } = this.composer;
    this.#unfinished.set(key, { name: file.name, state: "busy", file });
    this.show();
    const form = new FormData();
    form.append("file", file);
    try {
      const url = document.body.dataset.uploads || "";
      const response = await ask(url, { form, timeout: TIMEOUT_MS });
      const { id, name, html } = await response.json();
      if (!this.#unfinished.delete(key)) return;
      part.uploads.push({ id, name, html });
      this.composer.save();
    } catch (error) {
      const upload = this.#unfinished.get(key);
      if (!upload) return;
      upload.state = "failed";
      upload.name = `${file.name}: ${/** @type {Error} */ (error).message}`;
    }
    this.show();
    if (this.#isWaiting && !this.isOpen) {
      this.#isWaiting = false;
      this.composer.send({ isClosing: this.#isClosing });
    }
  }

  /**
   * The words go out when the files are up.
   * @param {boolean} isClosing
   * @returns {string} what is said about it
   */
  wait(isClosing) {
    this.#isClosing = isClosing;
    this.#isWaiting = [...this.#unfinished.values()].every(({ state }) => state === "busy");
    return this.#isWaiting
      ? "Goes out when the files are up"
      : "Try the failed file again or remove it";
  }

  show() {
    const done = this.composer.part.uploads.map(({ id, name }) => chip(id, name, "done"));
    const rest = [...this.#unfinished].map(([key, { name, state }]) => chip(key, name, state));
    this.list.replaceChildren(...done, ...rest);
    this.list.hidden = !done.length && !rest.length;
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const key = button?.closest("li")?.dataset.key || "";
    if (!button) return;
    const { part } = this.composer;
    const upload = this.#unfinished.get(key);
    this.#unfinished.delete(key);
    part.uploads = part.uploads.filter(({ id }) => id !== key);
    if (upload && button.dataset.action === "retry") this.#upload(key, upload.file);
    this.composer.save();
    this.show();
  }
}
