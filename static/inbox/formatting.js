/** Markdown by keys, and a link by pasting an address on words. */

import { strokeOf } from "./keyboard.js";

/**
 * What is in a field: its text, and what of it is selected.
 * @typedef {{value: string, start: number, end: number}} Field
 */

/**
 * A piece of text in the place of another, and what is selected afterwards.
 * @typedef {{from: number, to: number, text: string, start: number, end: number}} Edit
 */

const MARKS = { b: "**", i: "*" };
const ADDRESS = /^https?:\/\/[^\s<>]{1,2000}$/i;

/**
 * Puts marks around the selection, or takes away those that are there.
 * @param {Field} field
 * @param {string} mark
 * @returns {Edit}
 */
export function wrapped({ value, start, end }, mark) {
  const size = mark.length;
  const words = value.slice(start, end);
  const isInside = words.length >= 2 * size && words.startsWith(mark) && words.endsWith(mark);
  if (isInside && isExactly(words, mark)) {
    const text = words.slice(size, -size);
    return { from: start, to: end, text, start, end: start + text.length };
  }
  const around = value.slice(Math.max(0, start - size), start) + value.slice(end, end + size);
  const wider = value.slice(Math.max(0, start - size - 1), end + size + 1);
  if (around === mark + mark && isExactly(wider.replace(/^[^*]|[^*]$/g, ""), mark)) {
    const [from, to] = [start - size, end + size];
    return { from, to, text: words, start: from, end: from + words.length };
  }
  // White space at the ends would keep the marks from being marks.
  const left = words.length - words.trimStart().length;
  const right = words.trim() ? words.length - words.trimEnd().length : 0;
  const core = words.slice(left, words.length - right);
  const text = words.slice(0, left) + mark + core + mark + words.slice(words.length - right);
  const at = start + left + size;
  return { from: start, to: end, text, start: at, end: at + core.length };
}

/**
 * Whether words stand between these very marks: two asterisks are not one and one.
 * @param {string} words
 * @param {string} mark
 */
function isExactly(words, mark) {
  const stars = /^\**/.exec(words)?.[0].length || 0;
  return mark === "**" ? stars >= 2 : stars === 1 || stars >= 3;
}

/**
 * Makes a link of the selection; the address is selected, or what it shows when there is one.
 * @param {Field} field
 * @param {string} [address]
 * @returns {Edit}
 */
export function linked({ value, start, end }, address = "") {
  const words = value.slice(start, end);
  if (!address && isAddress(words)) {
    return { from: start, to: end, text: `[](${words})`, start: start + 1, end: start + 1 };
  }
  const shown = words.replace(/[\[\]]/g, "\\$&");
  const text = `[${shown}](${address || "https://"})`;
  const at = start + shown.length + 3;
  const after = start + text.length;
  if (address) return { from: start, to: end, text, start: after, end: after };
  if (!words) return { from: start, to: end, text, start: start + 1, end: start + 1 };
  return { from: start, to: end, text, start: at, end: after - 1 };
}

/** @param {string} text */
export const isAddress = (text) => ADDRESS.test(text.trim());

/**
 * The edit that pasting makes; null when it is an ordinary one.
 * @param {Field} field
 * @param {string} pasted
 * @returns {Edit|null}
 */
export function pasted(field, pasted) {
  const words = field.value.slice(field.start, field.end);
  if (!words.trim() || words.includes("\n") || !isAddress(pasted) || isAddress(words)) return null;
  // Brackets in an address would end it.
  const address = pasted.trim().replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
  return linked(field, address);
}

/**
 * @param {HTMLTextAreaElement} text
 * @param {Edit} edit
 */
export function make(text, edit) {
  text.focus();
  text.setSelectionRange(edit.from, edit.to);
  // The old command is the only one that the field's own undo knows; without it the text is set.
  const isDone = edit.text
    ? document.execCommand("insertText", false, edit.text)
    : document.execCommand("delete");
  if (!isDone) {
    text.setRangeText(edit.text, edit.from, edit.to, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.setSelectionRange(edit.start, edit.end);
}

/** @param {HTMLTextAreaElement} text @returns {Field} */
export const fieldOf = ({ value, selectionStart, selectionEnd }) => ({
  value,
  start: selectionStart,
  end: selectionEnd,
});

/**
 * Which of these keys it was, also on a keyboard of another script; "" for any other.
 * @param {import("./keyboard.js").Key} event
 */
export const formatOf = (event) => /^Mod\+([bik])$/.exec(strokeOf(event))?.[1] || "";

/**
 * @param {HTMLTextAreaElement} text
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was one of these
 */
function keyed(text, event) {
  const key = formatOf(event);
  if (!key) return false;
  const field = fieldOf(text);
  // With nothing selected Ctrl+K is the palette's.
  if (key === "k" && field.start === field.end) return false;
  make(text, key === "k" ? linked(field) : wrapped(field, MARKS[/** @type {"b"|"i"} */ (key)]));
  return true;
}

/** @param {HTMLTextAreaElement} text */
export function keepFormatting(text) {
  text.addEventListener("keydown", (event) => {
    if (!keyed(text, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  text.addEventListener("paste", (event) => {
    const edit = pasted(fieldOf(text), event.clipboardData?.getData("text/plain") || "");
    if (!edit) return;
    event.preventDefault();
    make(text, edit);
  });
}
