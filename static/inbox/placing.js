/** Which rows a list shows and where: decisions, without a page. */

/**
 * What a list needs to know of a conversation.
 * @typedef {{status: string, assignee: string|null, team: string|null,
 *   waiting_since?: string|null}} State
 */

/**
 * Whether a conversation belongs to a view. Mirrors inbox/default_views.py.
 *
 * @param {string} view its slug
 * @param {State} state
 * @param {string} me the viewer's public id
 * @param {boolean} [isThere] whether the list shows it already, for the one view of which the state
 *   does not tell: who is mentioned
 */
export function belongs(view, state, me, isThere = false) {
  if (view === "mentions") return isThere && ["open", "snoozed"].includes(state.status);
  if (["snoozed", "closed", "spam"].includes(view)) return state.status === view;
  if (state.status !== "open") return false;
  if (view === "waiting") return Boolean(state.waiting_since);
  if (view === "you") return state.assignee === me;
  if (view === "unassigned") return !state.assignee;
  if (view.startsWith("team-")) return state.team === view.slice("team-".length);
  return view === "all";
}

/**
 * What a row is sorted by: times as text that sorts like time, `waiting` "" for nobody waits and
 * `due` "" for nothing is due.
 * @typedef {{at?: string, waiting?: string, due?: string}} Place
 */

/**
 * Whether one row stands before another. Mirrors inbox/orders.py.
 *
 * @param {string} order its slug
 * @param {Place} one
 * @param {Place} other
 */
export function isBefore(order, one, other) {
  const [at, otherAt] = [one.at || "", other.at || ""];
  if (order === "oldest") return at < otherAt;
  if (order !== "waiting" && order !== "due") return at > otherAt;
  const [first, second] = [one[order], other[order]];
  if (first && second) return first < second;
  return first || second ? Boolean(first) : at > otherAt;
}

/**
 * Whether a row that has changed stands where it stood.
 * @param {string} order
 * @param {Place} one
 * @param {Place} other
 */
export function isSamePlace(order, one, other) {
  return !isBefore(order, one, other) && !isBefore(order, other, one);
}

/**
 * Where a row goes in a list.
 *
 * @param {string} order the slug of the list's order
 * @param {Place[]} rows those there, sorted
 * @param {Place} row
 * @param {boolean} hasMore whether rows exist further down that are not loaded
 * @returns {number} the index to insert before; -1 when its place is not loaded
 */
export function placeOf(order, rows, row, hasMore) {
  const index = rows.findIndex((other) => isBefore(order, row, other));
  if (index >= 0) return index;
  return hasMore ? -1 : rows.length;
}

/**
 * How far a viewer has read a conversation; `isUnread` when they made it unread again.
 * @typedef {{seq: number, isUnread: boolean}} Mark
 */

/** @type {Mark} */
export const NOTHING_READ = { seq: 0, isUnread: false };

/**
 * Whether a row is unread: the viewer said so, or the contact waits, for words that the viewer has
 * not seen. What a colleague has answered meanwhile is nobody's homework.
 *
 * @param {number} contactSeq the contact's last message
 * @param {Mark} mark
 * @param {boolean} isWaiting
 */
export function isUnread(contactSeq, mark, isWaiting) {
  return mark.isUnread || (isWaiting && contactSeq > mark.seq);
}

/**
 * What this page knows of a mark, together with what the server said when it drew the row.
 *
 * A read that the page has just reported may be ahead of the server; only what was made unread
 * goes back.
 *
 * @param {Mark} known
 * @param {Mark} drawn
 * @returns {Mark}
 */
export function joined(known, drawn) {
  return drawn.isUnread ? drawn : { seq: Math.max(known.seq, drawn.seq), isUnread: false };
}

const USUAL_ROWS = 25;
/** So many rows a list holds and stays fluid; what comes then is a page of its own. */
export const MOST_ROWS = 300;

/**
 * How many rows to ask for when a list is taken anew: all that it holds, so that nobody loses their
 * place and nothing chosen drops out.
 * @param {number} loaded
 * @param {number} most that the server gives at once
 */
export const asFar = (loaded, most) => Math.min(most, Math.max(USUAL_ROWS, loaded));

/** @param {number} loaded */
export const isFull = (loaded) => loaded >= MOST_ROWS;

/**
 * Whether a list that runs for days has grown so far beyond its size that it is cut again.
 * @param {number} loaded
 */
export const isOvergrown = (loaded) => loaded > MOST_ROWS + USUAL_ROWS;
