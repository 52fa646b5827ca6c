/** What is better noticed before a reply is sent: questions whose answer is known, open places. */

import { fieldOf, make } from "./formatting.js";

const QUESTION = /[^.!?\n]*\?/g;
const PLACE = /\{\{[^{}\n]{1,80}\}\}/;
// What a question says with any noun, and what names nothing by itself.
const EMPTY_WORDS = new Set(["the", "and", "for", "your", "you", "are", "has", "name", "number"]);

/** @typedef {[label: string, value: string]} Known */

/** @param {string} text */
const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];

/**
 * Whether two words are one, but for an ending: plan and plans.
 * @param {string} one
 * @param {string} other
 */
function areAkin(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (long === short) return true;
  return short.length >= 3 && long.startsWith(short) && long.length - short.length <= 2;
}

/**
 * What a text asks for that is known already: the first attribute all of whose words are in one of
 * its questions.
 *
 * @param {string} text
 * @param {Known[]} known
 * @returns {Known|null}
 */
export function askedFor(text, known) {
  const plain = text.replace(/https?:[^\s?]+/g, "").replace(/e-mail/gi, "email");
  for (const question of plain.match(QUESTION) || []) {
    const said = wordsOf(question);
    const found = known.find(([label, value]) => {
      const named = wordsOf(label.replace(/e-mail/gi, "email")).filter(
        (word) => word.length > 2 && !EMPTY_WORDS.has(word),
      );
      // Who says the value knows it.
      const isSaid = question.toLowerCase().includes(value.toLowerCase());
      const isAsked = named.every((word) => said.some((one) => areAkin(one, word)));
      return named.length > 0 && !isSaid && isAsked;
    });
    if (found) return found;
  }
  return null;
}

/**
 * A place of a macro that nothing was known for.
 * @param {string} text
 */
export const openPlace = (text) => PLACE.exec(text)?.[0] || "";

/** @param {import("./composer.js").InboxComposer} composer */
export function keepNoticing(composer) {
  const { text } = composer;
  const notice = /** @type {HTMLElement} */ (composer.querySelector(".composer-notice"));
  const words = /** @type {HTMLElement} */ (notice.querySelector("p"));
  const insert = /** @type {HTMLButtonElement} */ (notice.querySelector("button"));
  let value = "";
  const look = () => {
    /** @type {Known[]} */
    const known = JSON.parse(document.getElementById("about")?.dataset.known || "[]");
    const isReply = composer.kind === "reply";
    const place = isReply ? openPlace(text.value) : "";
    const asked = isReply && !place ? askedFor(text.value, known) : null;
    value = asked ? asked[1] : "";
    const said = asked ? `You already know: ${asked[0]} = ${asked[1]}` : "";
    const sentence = place ? `${place} is not known here. Write what is meant.` : said;
    if (words.textContent !== sentence) words.textContent = sentence;
    insert.hidden = !value;
    notice.hidden = !sentence;
  };
  insert.addEventListener("click", () => {
    const { end } = fieldOf(text);
    make(text, { from: end, to: end, text: value, start: end + value.length, end: end + value.length });
  });
  composer.form.addEventListener("input", look);
  composer.form.addEventListener("change", look);
  return look;
}
