import { ask, elementsOf } from "./ask.js";
import { askSoon } from "./belonging.js";
import { markBegun } from "./begun.js";
import { withNews } from "./meanwhile.js";
import { addressOf, conversation, hear, isAsked, me, tell, view } from "./page.js";
import {
  asFar, belongs, isFull, isOvergrown, isSamePlace, isUnread, joined, MOST_ROWS, NOTHING_READ,
  placeOf,
} from "./placing.js";
import { explain } from "./toasts.js";

const NEXT_PAGE = "Go on, on the next page";

/**
 * How far this teammate has read, beyond what the rows said when the server drew them.
 * @type {Map<string, import("./placing.js").Mark>}
 */
const marks = new Map();

/** @param {string} id */
const markOf = (id) => marks.get(id) || NOTHING_READ;

/**
 * Only a row that is drawn for this viewer says how far they have read, and only once.
 * @param {HTMLElement} row
 */
function learn({ dataset }) {
  const { conversation: id = "", readSeq, unread } = dataset;
  if (!readSeq) return;
  marks.set(id, joined(markOf(id), { seq: Number(readSeq), isUnread: unread !== undefined }));
  delete dataset.readSeq;
}

/** The list of conversations: live, paged by scrolling, walked by keys. */
export class InboxList extends HTMLElement {
  /** How often more was loaded: an answer that was asked for before does not reach as far. */
  pages = 0;

  connectedCallback() {
    this.rows = /** @type {HTMLOListElement} */ (this.querySelector(".rows"));
    this.pager = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.loadMore();
    }, { root: this.rows, rootMargin: "300px" });
    this.rows.addEventListener("click", (event) => {
      if (!(/** @type {Element} */ (event.target).closest(".more")) || this.isFull) return;
      event.preventDefault();
      this.loadMore();
    });
    this.settle();
  }

  disconnectedCallback() {
    this.pager?.disconnect();
  }

  /** In which order its rows stand. */
  get order() {
    return this.rows.dataset.order || "";
  }

  /** Whether what comes next is a page of its own: so much as there is stays fluid. */
  get isFull() {
    return isFull(this.all().length);
  }

  /** @returns {HTMLElement[]} */
  all() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.rows.querySelectorAll(".row"))];
  }

  /** @param {string} id */
  row(id) {
    return /** @type {HTMLElement|null} */ (this.rows.querySelector(`#row-${CSS.escape(id)}`));
  }

  /** Gives every row what is the viewer's own: its address, whether it is read and chosen. */
  settle() {
    for (const row of this.all()) this.own(row);
    const more = this.rows.querySelector(".more");
    this.pager.disconnect();
    if (!more) return;
    if (this.isFull) /** @type {Element} */ (more.firstElementChild).textContent = NEXT_PAGE;
    else this.pager.observe(more);
  }

  /** @param {string} id of the conversation that is shown, or is about to be */
  point(id) {
    for (const link of this.rows.querySelectorAll('.row-link[aria-current="true"]')) {
      if (link.closest(".row") !== this.row(id)) link.removeAttribute("aria-current");
    }
    this.row(id)?.querySelector(".row-link")?.setAttribute("aria-current", "true");
  }

  /** @param {HTMLElement} row */
  own(row) {
    const id = row.dataset.conversation || "";
    const link = /** @type {HTMLAnchorElement} */ (row.querySelector(".row-link"));
    link.setAttribute("href", addressOf(view(), id));
    if (id === conversation()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    learn(row);
    const { contactSeq, waiting } = row.dataset;
    row.classList.toggle("is-unread", isUnread(Number(contactSeq), markOf(id), Boolean(waiting)));
    tell("inbox:row", row);
    markBegun(row);
  }

  /** @param {{conversation: string, seq: number}} read */
  markRead({ conversation: id, seq }) {
    this.mark(id, { seq: Math.max(seq, markOf(id).seq), isUnread: false });
  }

  /** @param {{conversation: string, seq: number}} read how far it counts as read now */
  markUnread({ conversation: id, seq }) {
    this.mark(id, { seq, isUnread: true });
  }

  /**
   * @param {string} id
   * @param {import("./placing.js").Mark} mark
   */
  mark(id, mark) {
    marks.set(id, mark);
    const row = this.row(id);
    if (row) this.own(row);
  }

  /**
   * Shows, moves or removes a row, as a frame tells.
   * @param {{conversation: string, version: number, html?: string, state?: any, removed: boolean}}
   *   frame
   */
  apply(frame) {
    const old = this.row(frame.conversation);
    if (old && Number(old.dataset.version) > frame.version) return;
    if (isAsked() && !frame.removed) {
      askSoon(frame.conversation);
      return;
    }
    if (frame.removed || !frame.html || !belongs(view(), frame.state, me, old !== null)) {
      this.remove(old);
      return;
    }
    const [fresh] = elementsOf(frame.html);
    this.show(old, fresh);
  }

  /**
   * Puts a newer row where it belongs.
   * @param {HTMLElement|null} old
   * @param {HTMLElement} fresh
   */
  show(old, fresh) {
    delete this.rows.dataset.version;
    const hadFocus = old?.contains(document.activeElement) || false;
    const stays = old && isSamePlace(this.order, old.dataset, fresh.dataset);
    if (stays) old.replaceWith(fresh);
    else {
      this.remove(old);
      if (!this.insert(fresh)) return;
      fresh.classList.add("is-fresh");
    }
    this.own(fresh);
    if (hadFocus) focusRow(fresh);
  }

  /**
   * Shows of these conversations those that the server says belong here, and no others.
   * @param {string[]} ids
   */
  sort(ids) {
    const here = addressOf(view());
    return this.fetchRows(addressOf(view(), "", { among: ids.join(",") }), (found) => {
      if (addressOf(view()) !== here) return;
      const belonging = new Map(found.map((row) => [row.dataset.conversation, row]));
      for (const id of ids) {
        const old = this.row(id);
        const fresh = belonging.get(id);
        if (!fresh) this.remove(old);
        else if (!old || Number(old.dataset.version) <= Number(fresh.dataset.version)) {
          this.show(old, fresh);
        }
      }
    });
  }

  /**
   * @param {HTMLElement} fresh
   * @returns {boolean} false when its place is further down than what is loaded
   */
  insert(fresh) {
    const rows = this.all();
    const more = this.rows.querySelector(".more");
    const places = rows.map((row) => row.dataset);
    const index = placeOf(this.order, places, fresh.dataset, more !== null);
    if (index < 0) return false;
    // What stands before the beginning of this page is on the one before it.
    if (index === 0 && this.rows.dataset.from) return false;
    this.rows.insertBefore(fresh, rows[index] || more);
    // A list that runs for days is taken anew, unless somebody reads far down in it.
    const isAtTop = this.rows.scrollTop < this.rows.clientHeight;
    const isTrimmed = isAtTop && isOvergrown(rows.length) && !this.hasAttribute("data-choosing");
    if (isTrimmed) this.refresh(MOST_ROWS).catch(() => {});
    return true;
  }

  /** @param {HTMLElement|null} row */
  remove(row) {
    if (!row) return;
    delete this.rows.dataset.version;
    const next = neighbor(row, 1) || neighbor(row, -1);
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    tell("inbox:row-gone");
    if (hadFocus && next) focusRow(next);
  }

  /**
   * @param {string} url
   * @param {(fresh: HTMLElement[]) => unknown} place what is done with the rows that the server draws
   * @param {string} [known] the version of those that are here already
   */
  fetchRows(url, place, known) {
    return withNews(async () => {
      const response = await ask(url, { part: "rows", known });
      if (response.status === 304) return;
      const fresh = elementsOf(await response.text());
      if (!this.isConnected) return;
      showAsked(fresh);
      await place(fresh);
    });
  }

  /**
   * Takes the list from the server again, as far as it was loaded.
   * @param {number} [most] rows
   * @returns {Promise<void>}
   */
  refresh(most = Number(this.dataset.most)) {
    const { pages } = this;
    const limit = String(asFar(this.all().length, most));
    const url = addressOf(view(), "", { limit, cursor: this.rows.dataset.from || "" });
    return this.fetchRows(url, (fresh) => {
      if (this.pages !== pages) return this.refresh(most);
      this.replace(fresh);
    }, this.rows.dataset.version);
  }

  /** @param {Element[]} fresh */
  replace(fresh) {
    delete this.rows.dataset.version;
    fresh.filter((row) => row.classList.contains("row")).forEach(learn);
    if (signature(fresh) === signature([...this.rows.querySelectorAll(".row, .more")])) {
      for (const row of this.all()) this.own(row);
      return;
    }
    const focused = document.activeElement?.closest(".row")?.id;
    const top = this.rows.scrollTop;
    this.rows.replaceChildren(...this.rows.querySelectorAll(".to-start"), ...fresh);
    this.rows.scrollTop = top;
    this.settle();
    const row = focused ? document.getElementById(focused) : null;
    if (row) focusRow(row);
  }

  async loadMore() {
    const more = this.rows.querySelector(".more");
    const link = more?.querySelector("a");
    if (!more || !link || this.isFull || more.hasAttribute("data-loading")) return;
    more.toggleAttribute("data-loading", true);
    try {
      await this.fetchRows(link.href, (fresh) => {
        // A list that was taken anew meanwhile has another place to go on from.
        if (!more.isConnected) return;
        this.pages += 1;
        delete this.rows.dataset.version;
        more.replaceWith(...fresh.filter((row) => !row.id || !document.getElementById(row.id)));
        this.settle();
      });
    } catch (error) {
      more.removeAttribute("data-loading");
      explain(error);
    }
  }

  /**
   * The row so many places away from the chosen (or focused) one; the first when none is chosen.
   * @param {number} step
   */
  beside(step) {
    const focused = document.activeElement?.closest(".row");
    const chosen = this.row(conversation());
    const from = /** @type {HTMLElement|null} */ (focused || chosen);
    return from ? neighbor(from, step) : this.all()[0] || null;
  }
}

/**
 * What the list asks for, in words: what they name may go by another name now.
 * @param {Element[]} fresh as the server drew it, of which only the rows are left
 */
function showAsked(fresh) {
  if (!(fresh.at(-1) instanceof HTMLTemplateElement)) return;
  for (const part of elementsOf(/** @type {Element} */ (fresh.pop()).innerHTML)) {
    const old = document.getElementById(part.id);
    if (old?.outerHTML !== part.outerHTML) old?.replaceWith(part);
  }
}

/**
 * What the server said of these rows, to tell whether it says something new.
 * @param {Element[]} rows
 */
const signature = (rows) => rows.map(saying).join("\n");

/**
 * Everything that is drawn of a row, without what this page adds and the times that it keeps true.
 * @param {Element} row
 */
function saying(row) {
  const { conversation: id, version, at, waiting, due, assignee, team, status, holder } =
    /** @type {HTMLElement} */ (row).dataset;
  if (!id) return "more";
  const drawn = /** @type {Element} */ (row.cloneNode(true));
  for (const own of drawn.querySelectorAll(".row-draft, time")) own.remove();
  const words = (drawn.textContent || "").replace(/\s+/g, " ");
  return [id, version, at, waiting, due, assignee, team, status, holder, words].join(" ");
}

/**
 * @param {HTMLElement} row
 * @param {number} step
 * @returns {HTMLElement|null}
 */
function neighbor(row, step) {
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  return next instanceof HTMLElement && next.classList.contains("row") ? next : null;
}

/** @param {HTMLElement} row */
export function focusRow(row) {
  /** @type {HTMLElement} */ (row.querySelector(".row-link")).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** @returns {InboxList} */
export const list = () => /** @type {InboxList} */ (document.querySelector("inbox-list"));

customElements.define("inbox-list", InboxList);
hear("inbox:arrived", () => list().point(conversation()));
hear("inbox:leaving", ({ view: slug, conversation: id }) => {
  if (slug === view()) list().point(id);
});
hear("inbox:read", (mark) => list().markRead(mark));
hear("inbox:own-read", (mark) => list().markRead(mark));
hear("inbox:unread", (mark) => list().markUnread(mark));
hear("inbox:marked", (id) => {
  const row = list().row(id);
  if (row) markBegun(row);
});
