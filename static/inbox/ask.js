/** Asking our own server, as the page's teammate. */

const TIMEOUT_MS = 15000;

/** The server said no, or did not answer (`status` 0). `document` is the problem document. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{type?: string, detail?: string, errors?: Record<string, string[]>,
   *   [member: string]: any}} [document]
   * @param {number} [retryAfter] seconds
   */
  constructor(status, document = {}, retryAfter = 0) {
    const sentences = Object.values(document.errors || {}).flat();
    super(sentences.join(" ") || document.detail || "The server did not answer.");
    this.status = status;
    this.type = document.type || "";
    this.document = document;
    this.retryAfter = retryAfter;
  }

  /** Whether this page has lost its log-in: the session, or the secret that proves its forms. */
  get isLoggedOut() {
    return this.status === 401 || this.document.is_page_stale === true;
  }

  /** Whether the same request may succeed later: also after logging in again. */
  get isTransient() {
    return this.isLoggedOut || [0, 429].includes(this.status) || this.status >= 500;
  }
}

/**
 * Says that a request is this page's own, and whose page it is: somebody else may have logged in
 * since, in another tab. The cookie knows the present CSRF token, the page only its first.
 */
export function credentials() {
  const { csrf, csrfCookie, me } = document.body.dataset;
  const cookie = document.cookie.split("; ").find((each) => each.startsWith(`${csrfCookie}=`));
  return {
    "X-CSRFToken": cookie?.slice(cookie.indexOf("=") + 1) || csrf || "",
    "X-Teammate": me || "",
  };
}

/** @param {Response} response */
async function problemOf(response) {
  const document = await response.json().catch(() => ({}));
  return new Problem(response.status, document, Number(response.headers.get("Retry-After")) || 0);
}

/**
 * @param {string} url
 * @param {{
 *   part?: string,
 *   known?: string,
 *   form?: Record<string, string>|URLSearchParams|FormData,
 *   signal?: AbortSignal,
 *   timeout?: number,
 *   keepalive?: boolean,
 * }} [options] `part` names the fragment of the page that is wanted, `known` the version of it that is here already: if that is still the newest,
 *   the answer has status 304 and no text; a `form` is posted; with
 *   `keepalive` it goes out even when the page is being left
 * @returns {Promise<Response>}
 * @throws {Problem}
 */
export async function ask(url, options = {}) {
  const { part = "", known, form, signal, timeout = TIMEOUT_MS, keepalive = false } = options;
  /** @type {Record<string, string>} */
  const headers = { "HX-Request": "true", "HX-Target": part, ...credentials() };
  if (known) headers["If-None-Match"] = known;
  const body = form && !(form instanceof FormData) ? new URLSearchParams(form) : form;
  const limit = AbortSignal.timeout(timeout);
  let response;
  try {
    response = await fetch(url, {
      method: form ? "POST" : "GET",
      headers,
      body,
      keepalive,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0);
  }
  if (!response.ok && response.status !== 304) throw await problemOf(response);
  return response;
}

/**
 * The elements of a fragment, not yet in the page.
 * @param {string} html
 * @returns {HTMLElement[]}
 */
export function elementsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement[]} */ ([...template.content.children]);
}
