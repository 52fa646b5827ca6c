import assert from "node:assert/strict";
import { test } from "node:test";

import { newestFirst, rangeOf, summary } from "../../../static/inbox/picking.js";

test("a range goes from one row to the other, whichever comes first", () => {
  const ids = ["a", "b", "c", "d"];
  assert.deepEqual(rangeOf(ids, "b", "d"), [1, 3]);
  assert.deepEqual(rangeOf(ids, "d", "b"), [1, 3]);
  assert.deepEqual(rangeOf(ids, "c", "c"), [2, 2]);
  assert.deepEqual(rangeOf(ids, "gone", "c"), [2, 2]);
  assert.deepEqual(rangeOf(ids, "a", "gone"), [0, -1]);
});

test("what became of several is one sentence", () => {
  const reason = "It is gone.";
  assert.equal(summary({ count: 3, failed: [] }, "closed"), "3 conversations closed.");
  assert.equal(
    summary({ count: 1, failed: [{ reason }, { reason: "Other." }] }, "closed"),
    "1 conversation closed, 2 not: It is gone.",
  );
  assert.equal(summary({ count: 0, failed: [{ reason }] }, "x"), "Nothing was changed. It is gone.");
});

test("the newest comes first, whatever the order of the list", () => {
  const rows = [{ at: "2026-11-22T10" }, { at: "2026-11-23T09" }, {}, { at: "2026-11-23T08" }];
  const days = newestFirst(rows).map(({ at }) => at);
  assert.deepEqual(days, ["2026-11-23T09", "2026-11-23T08", "2026-11-22T10", undefined]);
});
