/** How well a few typed letters fit a name: pure. */

/**
 * @param {string} typed
 * @param {string} name
 * @returns {number} 0 for not at all; higher is better
 */
export function fit(typed, name) {
  const wanted = plain(typed).replace(/\s+/g, "");
  const text = plain(name);
  if (!wanted) return 1;
  let score = 0;
  let place = -1;
  for (const letter of wanted) {
    const next = text.indexOf(letter, place + 1);
    if (next < 0) return 0;
    const beginsWord = next === 0 || !isLetter(text[next - 1]);
    score += next === place + 1 ? 3 : beginsWord ? 2 : 0.2;
    place = next;
  }
  const words = plain(typed).trim();
  const isOwnWord = !isLetter(text[words.length] || " ");
  const whole = text.startsWith(words) ? (isOwnWord ? 5 : 4) : text.includes(words) ? 2 : 0;
  return (score + whole + 0.1) / (wanted.length + 4 + text.length / 100);
}

/** @param {string} character */
const isLetter = (character) => /[\p{L}\p{N}]/u.test(character);

/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * The best first, those that do not fit left out.
 * @template T
 * @param {string} typed
 * @param {T[]} things
 * @param {(thing: T) => string} nameOf
 * @returns {T[]}
 */
export function fitting(typed, things, nameOf) {
  if (!typed.trim()) return things;
  return things
    .map((thing, index) => ({ thing, index, score: fit(typed, nameOf(thing)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.index - other.index)
    .map(({ thing }) => thing);
}
