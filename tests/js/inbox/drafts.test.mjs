import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { body: { dataset: { me: "mate_1" } } };
const { emptyPart, meet, partOf } = await import("../../../static/inbox/drafts.js");

const written = (body, more = {}) => ({ ...emptyPart(), body, ...more });
const stored = (body, version, more = {}) => ({
  ...emptyPart(),
  body,
  version,
  client_id: "c1",
  saved_at: "2026-11-22T10:36:00Z",
  is_empty: !body,
  ...more,
});

test("what another device wrote comes where nothing unsaved is", () => {
  assert.equal(meet(written("One", { version: 1 }), stored("Two", 2)), "take");
  assert.equal(meet(emptyPart(), stored("Two", 2)), "take");
});

test("what is not saved here is never given up for it", () => {
  const here = written("Mine", { version: 1, isSaved: false });
  assert.equal(meet(here, stored("Theirs", 2)), "clash");
  assert.equal(meet(here, stored("", 2)), "rebase");
});

test("an older version changes nothing", () => {
  assert.equal(meet(written("Mine", { version: 3 }), stored("Old", 3)), "keep");
  assert.equal(meet(written("Mine", { version: 3 }), stored("Old", 2)), "keep");
});

test("the same words are no conflict", () => {
  assert.equal(meet(written("Same", { version: 1, isSaved: false }), stored("Same", 4)), "take");
});

test("words that this page sent, or that wait here to go out, are no news", () => {
  const here = written("Mine and more", { version: 1, isSaved: false });
  assert.equal(meet(here, stored("Mine", 2), { isOwn: true }), "rebase");
  assert.equal(meet(emptyPart(), stored("Sent", 2), { isOnItsWay: true }), "rebase");
});

test("what is taken over is saved, and keeps the name of its message", () => {
  const part = partOf(stored("Two", 2));
  assert.deepEqual([part.body, part.clientId, part.version, part.isSaved], ["Two", "c1", 2, true]);
});
