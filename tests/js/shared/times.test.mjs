import assert from "node:assert/strict";
import { test } from "node:test";

import { dayInWords, inWords, short } from "../../../static/shared/times.js";

test("a length of time is short", () => {
  const said = [-5, 0, 59, 60, 3599, 3600, 86400, 8 * 86400, 400 * 86400].map(short);
  assert.deepEqual(said, ["now", "now", "now", "1m", "59m", "1h", "1d", "1w", "1y"]);
});

test("a length of time in a sentence", () => {
  assert.deepEqual([0, 4, 61, 7200].map(inWords), ["just now", "4 s ago", "1 min ago", "2h ago"]);
});

test("days near now have names, others their date", () => {
  const now = new Date(2026, 10, 22, 0, 30);
  const said = (...date) => dayInWords(new Date(...date), now, "en-GB");
  assert.equal(said(2026, 10, 22, 0, 1), "Today");
  assert.equal(said(2026, 10, 21, 23, 59), "Yesterday");
  assert.match(said(2026, 10, 19, 12), /^Thursday,? 19 November$/);
  assert.match(said(2025, 0, 2, 12), /2025/);
});
