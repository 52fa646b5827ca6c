/** How the messages of a thread stand together: decisions, without a page. */

const GROUP_MS = 5 * 60 * 1000;

/**
 * @typedef {{
 *   kind: string,
 *   author: string,
 *   at: Date,
 *   publicSeq: number,
 *   isOurs: boolean,
 * }} Line `author` is unique for a person; `isOurs` is not the contact's
 */

/**
 * Before which lines a day begins, in the reader's own zone.
 * @param {Line[]} lines
 * @returns {number[]}
 */
export function dayStarts(lines) {
  return lines.flatMap((line, index) =>
    index === 0 || line.at.toDateString() !== lines[index - 1].at.toDateString() ? [index] : [],
  );
}

/**
 * Whether a line is followed closely by another reply of the same person.
 * @param {Line} line
 * @param {Line|undefined} next
 */
export function hasFollower(line, next) {
  return (
    next !== undefined &&
    line.kind === "reply" &&
    next.kind === "reply" &&
    line.author === next.author &&
    next.at.getTime() - line.at.getTime() < GROUP_MS &&
    next.at.toDateString() === line.at.toDateString()
  );
}

/**
 * Which of the answers that a reply offered the contact picked: what they said next, if it is one.
 * @param {string[]} choices
 * @param {string|undefined} words what the contact said next
 * @returns {number} -1 for none
 */
export function pickedIndex(choices, words) {
  return words === undefined ? -1 : choices.indexOf(words.trim());
}

/**
 * The last of our lines that the contact has seen, -1 for none.
 * @param {Line[]} lines
 * @param {number} contactReadSeq
 */
export function seenIndex(lines, contactReadSeq) {
  return lines.findLastIndex(
    (line) => line.isOurs && line.publicSeq > 0 && line.publicSeq <= contactReadSeq,
  );
}
