/**
 * @typedef {import("../types.js").Upload} Upload
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {{api: import("../api.js").Api, Problem: typeof import("../api.js").Problem,
 *   seconds: (header: string|null) => number, uuid7: () => string, h: Function, icon: Function,
 *   t: (key: string, values?: Record<string, string|number>) => string,
 *   fileSize: (bytes: number) => string}} Tools
 * @typedef {{promise: Promise<void>, share: number, abort: AbortController}} Running
 */

/** A file may take long, but not stand still. */
const STALLED_MS = 60000;
/** A file that was moved or deleted. */
const LOST = { detail: "This file is no longer on the device." };
const RASTER = /^image\/(png|jpeg|gif|webp|avif)$/;

/**
 * Files hover over the messenger, or were dropped on it; where no thread is open, they begin one.
 *
 * @param {import("../main.js").Shell} shell
 * @param {DragEvent} event
 * @param {File[]} files
 * @param {{h: Function, icon: Function, t: (key: string) => string}} tools
 */
export function dragged(shell, { type, relatedTarget: next }, files, { h, t, icon }) {
  const { session, view } = shell;
  if (!view || !session.settings.can_upload || session.contact.is_blocked) return;
  const { body } = document;
  if (!body.querySelector(".dropzone")) {
    const words = t("compose.drop");
    body.append(h("div", { class: "dropzone", "aria-hidden": "true" }, icon("clip"), words));
  }
  body.classList.toggle("over", type === "dragover" || (type === "dragleave" && next !== null));
  if (type !== "drop") return;
  if (!("composer" in view)) shell.startThread();
  if (shell.view && "composer" in shell.view) shell.view.composer.add(files);
}

/** Files on their way to the server. One upload a file, whoever asks for it. */
export class Uploads {
  /** @type {Map<string, Running>} */
  #running = new Map();
  /** @type {Promise<void>} */
  #line = Promise.resolve();
  /** @type {Map<string, string>} object URLs for thumbnails, until the server has its own */
  #previews = new Map();

  /**
   * @param {Tools} tools
   * @param {() => void} [onChange] hears of every step of every file
   */
  constructor(tools, onChange = () => {}) {
    this.tools = tools;
    this.onChange = onChange;
  }

  /**
   * What we know of a file before it is sent. Images carry their size, so that nothing moves
   * when they appear.
   *
   * @param {File} file
   * @returns {Promise<Upload>}
   */
  async describe(file) {
    const { name, size, type } = file;
    const upload = {
      key: this.tools.uuid7(),
      name: name || "file",
      size,
      content_type: type,
      width: null,
      height: null,
      blob: file,
    };
    if (!RASTER.test(type)) return upload;
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return upload;
    const { width, height } = bitmap;
    bitmap.close();
    return { ...upload, width, height };
  }

  /**
   * Upload, or wait for the upload that is under way; then `upload.id` is set.
   *
   * @param {Upload} upload
   * @param {() => void} [onProgress]
   * @throws {Problem}
   */
  finish(upload, onProgress) {
    if (upload.id) return Promise.resolve();
    const running = this.#running.get(upload.key);
    if (running) return running.promise;
    const abort = new AbortController();
    /** @type {Running} */
    const fresh = { abort, share: 0, promise: Promise.resolve() };
    const send = () =>
      this.#send(upload, abort.signal, (share) => {
        fresh.share = share;
        onProgress?.();
        this.onChange();
      });
    // One at a time: the server keeps files in the order in which they come.
    fresh.promise = this.#line.then(send).finally(() => this.#running.delete(upload.key));
    this.#line = fresh.promise.catch(() => {});
    this.#running.set(upload.key, fresh);
    return fresh.promise;
  }

  /**
   * @param {Upload} upload
   * @returns {number|null} the share that was sent, or null when none is under way
   */
  progress(upload) {
    return this.#running.get(upload.key)?.share ?? null;
  }

  /** @param {Upload} upload */
  cancel(upload) {
    this.#running.get(upload.key)?.abort.abort();
    this.release(upload);
  }

  /**
   * @param {Upload} upload
   * @returns {string} an address for a thumbnail, empty when there is none
   */
  preview(upload) {
    if (!upload.blob || !upload.width) return "";
    let url = this.#previews.get(upload.key);
    if (!url) this.#previews.set(upload.key, (url = URL.createObjectURL(upload.blob)));
    return url;
  }

  /** @param {Upload} upload */
  release(upload) {
    const url = this.#previews.get(upload.key);
    if (url) URL.revokeObjectURL(url);
    this.#previews.delete(upload.key);
  }

  /**
   * A file as it stands in the thread before the server has it.
   *
   * @param {Upload} upload
   * @param {(src: string, alt: string, width: number, height: number) => Node} thumbnail
   * @returns {HTMLElement}
   */
  render(upload, thumbnail) {
    const { h, t, icon, fileSize } = this.tools;
    const { name, size, width, height } = upload;
    const src = this.preview(upload);
    const isShown = src && width && height;
    const about = h("span", { class: "about" }, h("b", {}, name), h("small", {}, fileSize(size)));
    return h(
      "span",
      { class: isShown ? "picture" : "bubble attachment" },
      ...(isShown ? [thumbnail(src, name, width, height)] : [icon("file"), about]),
      h("progress", { max: "1", "aria-label": t("file.uploading"), hidden: true }),
    );
  }

  /**
   * @param {HTMLElement} node of a message
   * @param {Upload[]} attachments
   */
  showProgress(node, attachments) {
    node.querySelectorAll("progress").forEach((bar, index) => {
      const share = this.progress(attachments[index]);
      bar.hidden = share === null;
      bar.value = share ?? 0;
    });
  }

  /** @param {import("./composer.js").Composer} composer */
  attached(composer) {
    return new Attached(this, composer);
  }

  /**
   * A file that goes with what is being written.
   *
   * @param {Upload} upload
   * @param {string} reason why it was refused, if it was
   * @param {() => void} onclick takes it away
   * @returns {HTMLElement}
   */
  chip(upload, reason, onclick) {
    const { h, t, icon, fileSize } = this.tools;
    const { name, size } = upload;
    const share = this.progress(upload);
    const preview = this.preview(upload);
    const picture = preview ? h("img", { src: preview, alt: "" }) : icon("file");
    const about = reason || (share === null ? fileSize(size) : t("file.uploading"));
    const bar = h("progress", { max: "1", value: String(share ?? 0), "aria-label": name });
    const label = t("file.remove", { name });
    const remove = { class: "remove", "aria-label": label, onclick };
    return h(
      "li",
      { class: reason ? "file refused" : "file" },
      h("span", { class: "thumb" }, picture),
      h("span", { class: "about" }, h("b", {}, name), h("small", {}, about)),
      h("button", remove, icon("close")),
      share !== null && bar,
    );
  }

  /**
   * @param {Upload} upload
   * @param {AbortSignal} signal
   * @param {(share: number) => void} onProgress
   */
  async #send(upload, signal, onProgress) {
    const { api, Problem } = this.tools;
    const { blob, name } = upload;
    if (signal.aborted) throw new Problem(0);
    if (!blob) throw new Problem(400, LOST);
    const post = () => this.#post(blob, name, signal, onProgress);
    const stored = await api.recovering(post, false);
    upload.id = stored.id;
  }

  /**
   * `fetch` cannot tell how much of a body was sent, so this one request is an XMLHttpRequest.
   *
   * @param {Blob} blob
   * @param {string} name
   * @param {AbortSignal} signal
   * @param {(share: number) => void} onProgress
   * @returns {Promise<Attachment>}
   */
  #post(blob, name, signal, onProgress) {
    const { api, Problem, seconds } = this.tools;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const form = new FormData();
      form.append("file", blob, name);
      request.open("POST", api.base + "uploads");
      request.setRequestHeader("Authorization", `Bearer ${api.token}`);
      request.responseType = "json";
      /** @type {any} */
      let watchdog = 0;
      const watch = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => request.abort(), STALLED_MS);
      };
      request.upload.onprogress = (event) => {
        watch();
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      request.onloadend = () => clearTimeout(watchdog);
      request.onload = () => {
        api.onReach(request.status < 500);
        if (request.status < 300 && request.response) return resolve(request.response);
        const wait = seconds(request.getResponseHeader("Retry-After"));
        reject(new Problem(request.status, request.response || {}, wait));
      };
      request.onerror = async () => {
        const isReadable = await blob.slice(0, 1).arrayBuffer().catch(() => null);
        if (!isReadable) return reject(new Problem(400, LOST));
        api.onReach(false);
        return reject(new Problem(0));
      };
      request.onabort = () => reject(new Problem(0, { type: "aborted" }));
      signal.addEventListener("abort", () => request.abort());
      request.send(form);
      watch();
    });
  }
}

/** The files that go with what is being written. */
export class Attached {
  /** @type {Upload[]} */
  uploads = [];
  /** @type {Map<string, string>} upload key → why it was refused */
  refused = new Map();

  /**
   * @param {Uploads} sender
   * @param {import("./composer.js").Composer} composer
   */
  constructor(sender, composer) {
    this.sender = sender;
    this.composer = composer;
  }

  /** @param {File[]} files */
  async add(files) {
    const { composer, sender } = this;
    const { t, fileSize } = sender.tools;
    const { limits } = composer.messenger.settings;
    composer.say("");
    for (const file of files) {
      if (this.uploads.length >= limits.attachments) {
        composer.say(t("compose.too_many", { n: limits.attachments }));
        break;
      }
      if (file.size > limits.attachment_bytes) {
        const limit = fileSize(limits.attachment_bytes);
        composer.say(t("compose.too_large", { name: file.name, limit }));
        continue;
      }
      const upload = await sender.describe(file);
      this.uploads.push(upload);
      this.#send(upload);
    }
    composer.focus();
  }

  /** They go with the message that is sent now. */
  take() {
    const { uploads } = this;
    this.uploads = [];
    this.#show();
    return uploads;
  }

  cancel() {
    for (const upload of this.uploads) this.sender.cancel(upload);
  }

  /** @param {Upload} upload */
  async #send(upload) {
    const sending = this.sender.finish(upload, () => this.#show());
    this.#show();
    try {
      await sending;
    } catch (problem) {
      // Without a network the file is simply sent later, together with its message.
      const { isTransient, message } = /** @type {any} */ (problem);
      if (!isTransient) this.refused.set(upload.key, message);
    }
    this.#show();
  }

  /** @param {Upload} upload */
  #remove(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
    this.refused.delete(upload.key);
    this.sender.cancel(upload);
    this.#show();
    this.composer.focus();
  }

  #show() {
    const { composer, sender } = this;
    const chips = this.uploads.map((upload) =>
      sender.chip(upload, this.refused.get(upload.key) || "", () => this.#remove(upload)),
    );
    composer.files.hidden = !chips.length;
    composer.files.replaceChildren(...chips);
    composer.check();
  }
}
