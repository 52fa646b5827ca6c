import assert from "node:assert/strict";
import { test } from "node:test";

import { fullJitter } from "../../../static/shared/backoff.js";

test("back-off doubles up to its cap, and jitter is full", () => {
  const longest = (attempt) => fullJitter(attempt, { random: () => 1 });
  assert.deepEqual([1, 2, 3, 6, 40].map(longest), [1000, 2000, 4000, 30000, 30000]);
  assert.equal(fullJitter(9, { random: () => 0 }), 0);
});
