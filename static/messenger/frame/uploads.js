import { LOST, Problem } from "./api.js";
import { uuid7 } from "./ids.js";

/**
 * @typedef {import("./types.js").Upload} Upload
 * @typedef {{promise: Promise<void>, share: number, abort: AbortController}} Running
 */

const RASTER = /^image\/(png|jpeg|gif|webp|avif)$/;

/** Files on their way to the server. One upload a file, whoever asks for it. */
export class Uploads {
  /** @type {Map<string, Running>} */
  #running = new Map();
  /** @type {Promise<void>} */
  #line = Promise.resolve();
  /** @type {Map<string, string>} object URLs for thumbnails, until the server has its own */
  #previews = new Map();

  /**
   * @param {Pick<import("./api.js").Api, "upload">} api
   * @param {() => void} [onChange] hears of every step of every file
   */
  constructor(api, onChange = () => {}) {
    this.api = api;
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
      key: uuid7(),
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
   * @param {Upload} upload
   * @param {AbortSignal} signal
   * @param {(share: number) => void} onProgress
   */
  async #send(upload, signal, onProgress) {
    if (signal.aborted) throw new Problem(0);
    if (!upload.blob) throw new Problem(400, LOST);
    const stored = await this.api.upload(upload.blob, upload.name, { onProgress, signal });
    upload.id = stored.id;
  }
}
