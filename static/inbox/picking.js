/** Choosing several rows: decisions, without a page. */

/**
 * The stretch of a list between two of its rows, both included, whichever comes first.
 * @param {string[]} ids in order
 * @param {string} one where it begins; when it is gone, at the other
 * @param {string} other
 * @returns {[number, number]} [0, -1] when the other is not there
 */
export function rangeOf(ids, one, other) {
  const end = ids.indexOf(other);
  if (end < 0) return [0, -1];
  const begin = ids.includes(one) ? ids.indexOf(one) : end;
  return begin < end ? [begin, end] : [end, begin];
}

/**
 * What became of several, as a sentence.
 * @param {{count: number, failed: {reason: string}[]}} done
 * @param {string} words what they are then
 */
export function summary({ count, failed }, words) {
  const reason = failed[0]?.reason || "";
  const some = count === 1 ? "1 conversation" : `${count} conversations`;
  if (!failed.length) return `${some} ${words}.`;
  if (!count) return `Nothing was changed. ${reason}`;
  return `${some} ${words}, ${failed.length} not: ${reason}`;
}

/**
 * Rows by their last message, the newest first.
 * @template {{at?: string}} T
 * @param {T[]} rows
 * @returns {T[]}
 */
export const newestFirst = (rows) => [...rows].sort((a, b) => ((a.at || "") < (b.at || "") ? 1 : -1));
