import assert from "node:assert/strict";
import { test } from "node:test";

import { dayStarts, hasFollower, pickedIndex, seenIndex } from "../../../static/inbox/arranging.js";

const line = (minutes, more = {}) => ({
  kind: "reply",
  author: "contact ct_1",
  at: new Date(2026, 10, 22, 12, minutes),
  publicSeq: 0,
  isOurs: false,
  ...more,
});

test("a day begins at the first line and wherever the date changes", () => {
  const tomorrow = { ...line(0), at: new Date(2026, 10, 23, 0, 1) };
  assert.deepEqual(dayStarts([line(0), line(5), tomorrow]), [0, 2]);
  assert.deepEqual(dayStarts([]), []);
});

test("replies of one person within five minutes stand together", () => {
  assert.equal(hasFollower(line(0), line(4)), true);
  assert.equal(hasFollower(line(0), line(5)), false);
  assert.equal(hasFollower(line(0), line(1, { author: "teammate mate_1" })), false);
  assert.equal(hasFollower(line(0), line(1, { kind: "note" })), false);
  assert.equal(hasFollower(line(0), undefined), false);
});

test("the picked answer is what the contact said next, word for word", () => {
  assert.equal(pickedIndex(["Tue", "Wed"], " Wed "), 1);
  assert.equal(pickedIndex(["Tue", "Wed"], "wed"), -1);
  assert.equal(pickedIndex(["Tue", "Wed"], undefined), -1);
  assert.equal(pickedIndex([], "Tue"), -1);
});

test("the seen mark stands at our last words that the contact has read", () => {
  const lines = [
    line(0, { publicSeq: 1 }),
    line(1, { publicSeq: 2, isOurs: true }),
    line(2, { kind: "note", isOurs: true }),
    line(3, { publicSeq: 3, isOurs: true }),
  ];
  assert.equal(seenIndex(lines, 3), 3);
  assert.equal(seenIndex(lines, 2), 1);
  assert.equal(seenIndex(lines, 1), -1);
});
