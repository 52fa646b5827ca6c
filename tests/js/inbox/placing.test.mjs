import assert from "node:assert/strict";
import { test } from "node:test";

import { belongs, isUnread, joined, placeOf } from "../../../static/inbox/placing.js";

const open = { status: "open", assignee: null, team: null };

test("a view holds what its name says", () => {
  const mine = { ...open, assignee: "mate_me" };
  const team = { ...open, team: "tm_orders", assignee: "mate_you" };
  const closed = { ...mine, status: "closed" };
  const snoozed = { ...mine, status: "snoozed" };
  const spam = { ...mine, status: "spam" };
  assert.equal(belongs("spam", spam, "mate_me"), true);
  assert.equal(belongs("spam", mine, "mate_me"), false);
  for (const view of ["you", "all", "closed"]) assert.equal(belongs(view, spam, "mate_me"), false);
  const held = (view) =>
    [open, mine, team, closed, snoozed].map((state) => belongs(view, state, "mate_me"));
  assert.deepEqual(held("you"), [false, true, false, false, false]);
  assert.deepEqual(held("unassigned"), [true, false, false, false, false]);
  assert.deepEqual(held("all"), [true, true, true, false, false]);
  assert.deepEqual(held("closed"), [false, false, false, true, false]);
  assert.deepEqual(held("snoozed"), [false, false, false, false, true]);
  assert.deepEqual(held("team-tm_orders"), [false, false, true, false, false]);
  assert.deepEqual(held("nonsense"), [false, false, false, false, false]);
});

test("a row goes before the first older one", () => {
  const ats = ["2026-11-22T10:00", "2026-11-22T09:00", "2026-11-22T08:00"];
  assert.equal(placeOf(ats, "2026-11-22T11:00", true), 0);
  assert.equal(placeOf(ats, "2026-11-22T09:30", true), 1);
});

test("a row older than all goes to the end only when nothing is left to load", () => {
  const ats = ["2026-11-22T10:00"];
  assert.equal(placeOf(ats, "2026-11-22T09:00", true), -1);
  assert.equal(placeOf(ats, "2026-11-22T09:00", false), 1);
  assert.equal(placeOf([], "2026-11-22T09:00", false), 0);
});

test("unread is what waits and was not seen", () => {
  const read = (seq) => ({ seq, isUnread: false });
  assert.equal(isUnread(5, read(4), true), true);
  assert.equal(isUnread(5, read(5), true), false);
  assert.equal(isUnread(5, read(0), false), false);
  assert.equal(isUnread(5, { seq: 5, isUnread: true }, false), true);
});

test("what was read moves on, unless it was made unread", () => {
  const read = (seq) => ({ seq, isUnread: false });
  assert.deepEqual(joined(read(5), read(3)), read(5));
  assert.deepEqual(joined(read(3), read(5)), read(5));
  const unread = { seq: 2, isUnread: true };
  assert.deepEqual(joined(read(5), unread), unread);
  assert.deepEqual(joined(unread, read(5)), read(5));
});
