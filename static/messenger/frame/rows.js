/**
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Author} Author
 * @typedef {"sending"|"waiting"|"failed"|"sent"|"seen"|""} State
 *
 * @typedef {{kind: "day", key: string, at: number}
 *   | {kind: "unread", key: string}
 *   | {kind: "activity", key: string, text: string}
 *   | {kind: "joined", key: string, name: string}
 *   | {kind: "message", key: string, entry: Entry, isMine: boolean, isFirst: boolean,
 *      isLast: boolean, author: Author, at: number, state: State}} Row
 */

const SAME_GROUP_MS = 5 * 60 * 1000;

/** @type {Author} */
const SELF = { type: "contact", id: null, name: "" };

/**
 * What a thread looks like: days, groups of one author, the line above what is new, and under the
 * visitor's own messages how far they got.
 *
 * @param {Entry[]} entries in order
 * @param {{unreadAfter?: number, seenSeq?: number, isEnd?: boolean,
 *   isInFlight?: (outgoing: import("./types.js").Outgoing) => boolean,
 *   isJoining?: (message: import("./types.js").Message) => boolean}} [context]
 *   `unreadAfter`: the last seq that was read when the thread was opened; `isEnd`: whether these
 *   are the thread's last entries; `isJoining`: whether a person comes in with this message
 * @returns {Row[]}
 */
export function rowsOf(entries, context = {}) {
  const { unreadAfter = Infinity, seenSeq = 0, isEnd = true, isInFlight, isJoining } = context;
  /** @type {Row[]} */
  const rows = [];
  const receipt = isEnd ? receiptIndex(entries) : -1;
  /** @type {(Row & {kind: "message"})|null} */
  let previous = null;
  let day = "";
  let isDivided = false;
  entries.forEach((entry, index) => {
    const { message, outgoing } = entry;
    const at = message ? Date.parse(message.created_at) : outgoing.created_at;
    const author = message?.author || SELF;
    const isMine = author.type === "contact";
    const today = new Date(at).toDateString();
    if (today !== day) {
      day = today;
      rows.push({ kind: "day", key: `day-${day}`, at });
      previous = null;
    }
    if (!isDivided && message && !isMine && message.seq > unreadAfter) {
      isDivided = true;
      rows.push({ kind: "unread", key: "unread" });
      previous = null;
    }
    if (message && message.kind !== "reply") {
      rows.push({ kind: "activity", key: entry.key, text: message.body_text });
      previous = null;
      return;
    }
    if (message && isJoining?.(message)) {
      rows.push({ kind: "joined", key: `joined-${entry.key}`, name: author.name });
    }
    const isFirst = !previous || !isSameGroup(previous, author, at);
    if (previous && !isFirst) previous.isLast = false;
    /** @type {State} */
    let state = "";
    if (outgoing) {
      if (outgoing.status === "failed") state = "failed";
      else state = isInFlight?.(outgoing) ? "sending" : "waiting";
    } else if (index === receipt) {
      state = message.seq <= seenSeq ? "seen" : "sent";
    }
    previous = {
      kind: "message",
      key: entry.key,
      entry,
      isMine,
      isFirst,
      isLast: true,
      author,
      at,
      state,
    };
    rows.push(previous);
  });
  return rows;
}

/**
 * The one message that carries a receipt: the last of all, when it is the visitor's own.
 * @param {Entry[]} entries
 */
function receiptIndex(entries) {
  const last = entries.length - 1;
  return entries[last]?.message?.author.type === "contact" ? last : -1;
}

/**
 * @param {Row & {kind: "message"}} previous
 * @param {Author} author
 * @param {number} at
 */
const isSameGroup = (previous, author, at) =>
  previous.author.type === author.type &&
  (author.type === "contact" || previous.author.name === author.name) &&
  Math.abs(at - previous.at) < SAME_GROUP_MS;
