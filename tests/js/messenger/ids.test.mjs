import assert from "node:assert/strict";
import { test } from "node:test";

import { uuid7 } from "../../../static/messenger/frame/ids.js";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("an id is a UUID of version 7 that carries its time", () => {
  const now = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
  const id = uuid7(now);
  assert.match(id, FORM);
  assert.equal(parseInt(id.replace("-", "").slice(0, 12), 16), now);
});

test("ids made within one millisecond, or after the clock went back, still increase", () => {
  const now = Date.UTC(2031, 0, 1);
  const ids = Array.from({ length: 10000 }, (_, i) => uuid7(now - (i % 3) * 1000));
  for (const id of ids) assert.match(id, FORM);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
});
