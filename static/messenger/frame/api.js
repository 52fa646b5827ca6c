const ANSWER_WITHIN_MS = 15000;
const RENEW_WITHIN_MS = 30000;

/** A refused or failed request. `status` 0 means that no answer came at all. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{type?: string, title?: string, detail?: string}} [body] problem+json
   * @param {number} [retryAfter] seconds
   */
  constructor(status, body = {}, retryAfter = 0) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.type = body.type || "";
    this.retryAfter = retryAfter;
  }

  /** True when the same request may well succeed later. */
  get isTransient() {
    return [0, 401, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

/** The messenger API, spoken with the visitor's bearer token. Never sends a cookie. */
export class Api {
  /** The token changes when the loader boots again. */
  token = "";

  /**
   * @param {{base: string, renew: () => Promise<string>,
   *   onReach: (isReachable: boolean) => void}} options
   *   `renew` boots again and answers a new token; `onReach` hears after every request whether
   *   the server answered.
   */
  constructor({ base, renew, onReach }) {
    this.base = base;
    this.renew = renew;
    this.onReach = onReach;
    /** @type {Promise<string>|null} */
    this.renewing = null;
  }

  /**
   * @param {string} method
   * @param {string} path under the API's base
   * @param {object} [body]
   * @returns {Promise<any>} the answer's JSON, or null when it has none
   * @throws {Problem}
   */
  call(method, path, body) {
    return this.recovering(() => this.#once(method, path, body), method !== "POST");
  }

  /**
   * A new token, asked for once however many requests found the old one refused.
   * @param {string} refused
   */
  async renewal(refused) {
    if (this.token !== refused) return;
    this.renewing ??= this.#renewed();
    this.token = await this.renewing;
  }

  /** @returns {Promise<string>} */
  #renewed() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(reject, RENEW_WITHIN_MS);
      this.renew().then(resolve, reject).finally(() => {
        clearTimeout(timer);
        this.renewing = null;
      });
    });
  }

  /**
   * Work that may find the token too old. The new one may be somebody else's by then: what was
   * written is only sent again by who still knows that it is theirs.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @param {boolean} isRepeatable
   * @returns {Promise<T>}
   */
  async recovering(work, isRepeatable) {
    const token = this.token;
    try {
      return await work();
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      // Without a new token this stays what it is: a matter of time.
      const isRenewed = await this.renewal(token).then(() => true, () => false);
      if (isRenewed && isRepeatable) return work();
      throw problem;
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #once(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.token}` };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch {
      this.onReach(false);
      throw new Problem(0);
    }
    // A 5xx may be the proxy's own words: the request got somewhere, but not to the product.
    this.onReach(response.status < 500);
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new Problem(response.status, answer || {}, seconds(response.headers.get("Retry-After")));
  }
}

export const seconds = (/** @type {string|null} */ header) => Math.max(0, Number(header) || 0);
