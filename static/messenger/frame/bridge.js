/**
 * @typedef {import("./types.js").Session} Session
 * @typedef {import("./types.js").Page} Page
 */

/**
 * The one line to the page around us: a MessageChannel port that the loader hands over. The page
 * is believed only when its origin is one that the installation allows, and nothing is ever
 * posted to a window, so no other frame can listen or speak.
 */
export class Bridge extends EventTarget {
  /** @type {MessagePort|null} */
  #port = null;
  /** @type {((token: string) => void)|null} */
  #renewed = null;
  /** @type {((problem: Error) => void)|null} */
  #refused = null;

  /** @type {Promise<{kept?: [string, string][]}>} what the page says first */
  first;

  /** @param {string[]} origins that may embed this messenger */
  constructor(origins) {
    super();
    this.first = new Promise((resolve) =>
      this.addEventListener("session", (event) => resolve(/** @type {any} */ (event).detail)),
    );
    addEventListener("message", (event) => {
      if (event.source !== parent || parent === self || !origins.includes(event.origin)) return;
      if (event.data !== "counterfoil:connect" || !event.ports[0]) return;
      this.#port?.close();
      this.#port = event.ports[0];
      this.#port.onmessage = ({ data }) => this.#heard(data);
    });
  }

  /**
   * @param {string} type
   * @param {object} [detail]
   */
  say(type, detail) {
    this.#port?.postMessage({ type, ...detail });
  }

  /**
   * Ask the page to boot again, because the token was refused.
   * @returns {Promise<string>} the new token
   */
  renew() {
    return new Promise((resolve, reject) => {
      this.#renewed = resolve;
      this.#refused = reject;
      this.say("renew");
    });
  }

  /** @param {any} data */
  #heard(data) {
    if (data.type === "session") this.#renewed?.(data.session.token);
    if (data.type === "refused") this.#refused?.(new Error(data.reason));
    this.dispatchEvent(new CustomEvent(data.type, { detail: data }));
  }
}
