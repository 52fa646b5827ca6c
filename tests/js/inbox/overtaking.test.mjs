import assert from "node:assert/strict";
import { test } from "node:test";

import { joined, sentenceOf } from "../../../static/inbox/overtaking.js";

const AT = "2026-11-22T10:00:00Z";
const ana = (words) => ({ authorName: "Ana", at: AT, authorType: "teammate", words });

test("who was faster, and when", () => {
  const now = Date.parse(AT) + 4000;
  assert.equal(sentenceOf(joined(null, ana("Hi")), now), "Ana answered 4 s ago.");
  const dora = { authorName: "Dora", at: AT, authorType: "contact", words: "Hm" };
  assert.equal(sentenceOf(joined(null, dora), now), "Dora wrote 4 s ago.");
});

test("what was said is kept, cut, and at most the last three", () => {
  const all = ["one", "two\n  lines", "three", "x".repeat(500)].reduce(
    (before, words) => joined(before, ana(words)),
    null,
  );
  assert.deepEqual(all.said.map(({ words }) => words.length), [9, 5, 201]);
  assert.equal(all.said[0].words, "two lines");
});

test("what is sent all the same names the last that was seen before any of them", () => {
  const said = [5, 6].map((seq) => ({ ...ana("Hi"), seq }));
  assert.equal(said.reduce(joined, null).since, 4);
});
