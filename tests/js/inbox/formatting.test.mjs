import assert from "node:assert/strict";
import { test } from "node:test";

import { formatOf, linked, pasted, wrapped } from "../../../static/inbox/formatting.js";

/** "one [two] three" → the field in which "two" is selected. */
function field(text) {
  const start = text.indexOf("‹");
  const end = text.indexOf("›") - 1;
  return { value: text.replace(/[‹›]/g, ""), start, end };
}

/** What the field shows after an edit, in the same writing. */
function after({ value }, { from, to, text, start, end }) {
  const now = value.slice(0, from) + text + value.slice(to);
  return `${now.slice(0, start)}‹${now.slice(start, end)}›${now.slice(end)}`;
}

const wrap = (text, mark) => after(field(text), wrapped(field(text), mark));

test("a selection becomes bold or italic, and plain again", () => {
  assert.equal(wrap("one ‹two› three", "**"), "one **‹two›** three");
  assert.equal(wrap("one **‹two›** three", "**"), "one ‹two› three");
  assert.equal(wrap("one ‹**two**› three", "**"), "one ‹two› three");
  assert.equal(wrap("one ‹two› three", "*"), "one *‹two›* three");
  assert.equal(wrap("one *‹two›* three", "*"), "one ‹two› three");
});

test("italic does not take the stars of bold", () => {
  assert.equal(wrap("one **‹two›** three", "*"), "one ***‹two›*** three");
  assert.equal(wrap("‹**two**›", "*"), "*‹**two**›*");
});

test("with nothing selected the cursor stands between the marks", () => {
  assert.equal(wrap("one ‹›", "**"), "one **‹›**");
});

test("spaces at the ends stay outside of the marks", () => {
  assert.equal(wrap("one‹ two ›three", "**"), "one **‹two›** three");
});

test("a link waits for its address, an address for its words", () => {
  const words = field("see ‹here› now");
  assert.equal(after(words, linked(words)), "see [here](‹https://›) now");
  const address = field("see ‹https://a.example/x›");
  assert.equal(after(address, linked(address)), "see [‹›](https://a.example/x)");
});

test("an address pasted on words makes a link of them", () => {
  const words = field("see ‹the [new] page› now");
  const edit = pasted(words, " https://a.example/x_(y) ");
  assert.equal(after(words, edit), "see [the \\[new\\] page](https://a.example/x_%28y%29)‹› now");
});

test("pasting is ordinary where there is nothing to link, or nothing to link to", () => {
  assert.equal(pasted(field("see ‹›"), "https://a.example"), null);
  assert.equal(pasted(field("see ‹here›"), "javascript:alert(1)"), null);
  assert.equal(pasted(field("see ‹here›"), "two words https://a.example"), null);
  assert.equal(pasted(field("‹https://b.example›"), "https://a.example"), null);
});

test("the keys of bold, italic and links are where they stand on keyboards of other scripts", () => {
  const pressed = (key, code, more = {}) => formatOf({ key, code, ctrlKey: true, ...more });
  assert.equal(pressed("b", "KeyB"), "b");
  assert.equal(pressed("\u0438", "KeyB"), "b", "Cyrillic");
  assert.equal(pressed("\u03b9", "KeyI"), "i", "Greek");
  assert.equal(pressed("B", "KeyB"), "b", "Caps Lock");
  assert.equal(pressed("b", "KeyN"), "b", "Latin letters are what they say");
  assert.equal(pressed("b", "KeyB", { shiftKey: true }), "");
  assert.equal(pressed("b", "KeyB", { ctrlKey: false }), "");
  assert.equal(pressed("x", "KeyX"), "");
});
