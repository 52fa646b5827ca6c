import assert from "node:assert/strict";
import { test } from "node:test";

import {
  asFar,
  belongs,
  isBefore,
  isFull,
  isOvergrown,
  isSamePlace,
  isUnread,
  joined,
  MOST_ROWS,
  placeOf,
} from "../../../static/inbox/placing.js";

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
  const waits = { ...mine, waiting_since: "2026-11-22T10:00" };
  assert.equal(belongs("waiting", waits, "mate_me"), true);
  assert.equal(belongs("waiting", { ...waits, status: "snoozed" }, "mate_me"), false);
  assert.deepEqual(held("waiting"), [false, false, false, false, false]);
  assert.deepEqual(held("nonsense"), [false, false, false, false, false]);
});

const at = (time, waiting = "") => ({ at: `2026-11-22T${time}`, waiting });

test("a row goes before the first that follows it in the list's order", () => {
  const rows = [at("10:00"), at("09:00"), at("08:00")];
  assert.equal(placeOf("newest", rows, at("11:00"), true), 0);
  assert.equal(placeOf("newest", rows, at("09:30"), true), 1);
  const reversed = rows.toReversed();
  assert.equal(placeOf("oldest", reversed, at("07:00"), true), 0);
  assert.equal(placeOf("oldest", reversed, at("09:30"), true), 2);
});

test("whoever waits longest stands first, and what is quiet last", () => {
  const rows = [at("10:00", "08:00"), at("11:00", "09:00"), at("12:00"), at("09:00")];
  const place = (row, hasMore = false) => placeOf("waiting", rows, row, hasMore);
  assert.equal(place(at("12:30", "07:00")), 0);
  assert.equal(place(at("12:30", "08:30")), 1);
  assert.equal(place(at("12:30", "12:30")), 2);
  assert.equal(place(at("12:30")), 2);
  assert.equal(place(at("10:00")), 3);
  assert.equal(place(at("08:00"), true), -1);
});

test("a row moves only when what it is sorted by has changed", () => {
  const waits = at("10:00", "09:00");
  assert.equal(isSamePlace("waiting", waits, at("11:00", "09:00")), true);
  assert.equal(isSamePlace("waiting", waits, at("11:00")), false);
  assert.equal(isSamePlace("newest", waits, at("10:00")), true);
  assert.equal(isSamePlace("newest", waits, at("11:00", "09:00")), false);
});

test("a row after all others goes to the end only when nothing is left to load", () => {
  const rows = [at("10:00")];
  assert.equal(placeOf("newest", rows, at("09:00"), true), -1);
  assert.equal(placeOf("newest", rows, at("09:00"), false), 1);
  assert.equal(placeOf("newest", [], at("09:00"), false), 0);
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

test("a list that is taken anew reaches as far as it was loaded", () => {
  assert.equal(asFar(3, 400), 25);
  assert.equal(asFar(250, 400), 250);
  assert.equal(asFar(300, 400), 300);
  assert.equal(asFar(500, 400), 400);
});

test("a list is loaded up to 300, and cut only when live rows have made it longer", () => {
  assert.equal(isFull(275), false);
  assert.equal(isFull(MOST_ROWS), true);
  assert.equal(isOvergrown(MOST_ROWS), false);
  assert.equal(isOvergrown(MOST_ROWS + 26), true);
});

test("what is due first stands first, then what is not due, the latest first", () => {
  const due = (time, when = "") => ({ at: `2026-11-22T${time}`, due: when && `2026-11-22T${when}` });
  const sorted = [due("09:00", "12:00"), due("11:00", "13:00"), due("10:00"), due("08:00")];
  const shuffled = [sorted[2], sorted[1], sorted[3], sorted[0]];
  shuffled.sort((one, other) => (isBefore("due", one, other) ? -1 : 1));
  assert.deepEqual(shuffled, sorted);
  assert.equal(isSamePlace("due", sorted[0], due("15:00", "12:00")), true);
});
