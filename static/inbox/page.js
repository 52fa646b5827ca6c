/** What this page is: who looks, at which list, at which conversation. */

const dataset = document.body.dataset;

export const me = dataset.me || "";
export const home = dataset.home || "/inbox/";

/** @returns {HTMLElement} */
export const app = () => /** @type {HTMLElement} */ (document.querySelector(".app"));

/** @returns {HTMLElement} */
export const room = () => /** @type {HTMLElement} */ (document.getElementById("room"));

/** The view that is shown. */
export const view = () => room().dataset.view || "all";

/** The public id of the conversation that is shown, "" for none. */
export const conversation = () =>
  document.getElementById("conversation")?.dataset.conversation || "";

/** The order in which the list stands, "" for the usual one of its view. */
export const order = () => room().dataset.order || "";

/** The filter that narrows the list, as its address carries it, "" for none. */
export const filter = () => room().dataset.filter || "";

/** Whether only the server can tell which conversations belong to the list. */
export const isAsked = () => room().hasAttribute("data-asked");

/**
 * The address of a view or of a conversation in it; the view that is shown keeps its order and its filter.
 * @param {string} slug
 * @param {string} [id] a conversation
 * @param {Record<string, string>} [query]
 */
export function addressOf(slug, id, query = {}) {
  const own = slug === view() ? { order: order(), filter: filter() } : {};
  const kept = Object.entries({ ...own, ...query }).filter(([, value]) => value);
  const search = new URLSearchParams(kept).toString();
  return `${home}${slug}/${id ? `${id}/` : ""}${search && `?${search}`}`;
}

/**
 * The view, its order and the conversation that an address of ours names; null for any other
 * address. `isPlain` when it asks for nothing else.
 * @param {string} url
 */
export function parse(url) {
  const { origin, pathname, searchParams } = new URL(url, location.href);
  if (origin !== location.origin || !pathname.startsWith(home)) return null;
  const [slug, id, ...rest] = pathname.slice(home.length).split("/").filter(Boolean);
  if (!slug || rest.length || id === "filter" || OWN_PAGES.includes(slug)) return null;
  const isPlain = [...searchParams.keys()].every((name) => ["order", "filter", "side"].includes(name));
  const order = searchParams.get("order") || "";
  const filter = searchParams.get("filter") || "";
  const side = searchParams.get("side") || "";
  return { view: slug, conversation: id || "", order, filter, side, isPlain };
}

/** What is a page of its own and no view, though its address begins like one. */
const OWN_PAGES = ["first-steps", "keys", "macros", "notifications", "search", "views"];

/**
 * Whether Enter alone sends, as the teammate wishes it. On a phone it makes a new line: there is no
 * other key for that.
 * @param {KeyboardEvent} event
 */
export const isEnough = ({ altKey, shiftKey }) =>
  !altKey && !shiftKey && matchMedia("(hover: hover)").matches &&
  document.querySelector("[data-enter]") !== null;

/** Whether the pointer and the screen leave room for the list beside the conversation. */
export const isWide = () => matchMedia("(min-width: 900px)").matches;

/**
 * Tells the rest of the page something.
 * @param {string} name
 * @param {any} [detail]
 */
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/**
 * @param {string} name
 * @param {(detail: any) => void} react
 */
export const hear = (name, react) =>
  document.addEventListener(name, (event) => react(/** @type {CustomEvent} */ (event).detail));

/**
 * Storage that may be switched off or full.
 */
export const store = {
  /** @param {string} key */
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  /**
   * @param {string} key
   * @param {string|null} value null removes
   */
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // What cannot be kept lives as long as the page.
    }
  },
};
