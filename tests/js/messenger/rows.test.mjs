import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf } from "../../../static/messenger/frame/rows.js";

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60000;
const DAY = 24 * 60 * MINUTE;
const ME = { type: "contact", name: "Dora" };
const BEN = { type: "teammate", name: "Ben" };
const ADA = { type: "teammate", name: "Ada" };

const stored = (seq, author, at = NOON, kind = "reply") => ({
  key: `m${seq}`,
  message: { seq, author, kind, body_text: "words", created_at: new Date(at).toISOString() },
});
const outgoing = (id, status = "queued", at = NOON) => ({
  key: id,
  outgoing: { client_id: id, status, created_at: at },
});
const messages = (rows) => rows.filter(({ kind }) => kind === "message");
const states = (rows) => messages(rows).map(({ state }) => state);
const kinds = (rows) => rows.map(({ kind }) => kind);

test("each day begins with its date", () => {
  const rows = rowsOf([stored(1, ME), stored(2, ME, NOON + MINUTE), stored(3, ME, NOON + DAY)]);
  assert.deepEqual(kinds(rows), ["day", "message", "message", "day", "message"]);
});

test("what one author writes within minutes stands together", () => {
  const rows = messages(
    rowsOf([
      stored(1, BEN),
      stored(2, BEN, NOON + MINUTE),
      stored(3, ADA, NOON + 2 * MINUTE),
      stored(4, ADA, NOON + 9 * MINUTE),
    ]),
  );
  assert.deepEqual(rows.map(({ isFirst }) => isFirst), [true, false, true, true]);
  assert.deepEqual(rows.map(({ isLast }) => isLast), [false, true, true, true]);
});

test("the line above what is new stands before the first unread message of others", () => {
  const entries = [stored(1, ME), stored(2, BEN), stored(3, BEN), stored(4, BEN)];
  assert.deepEqual(kinds(rowsOf(entries, { unreadAfter: 2 })), [
    "day",
    "message",
    "message",
    "unread",
    "message",
    "message",
  ]);
  assert.equal(kinds(rowsOf(entries)).includes("unread"), false);
  assert.equal(kinds(rowsOf([stored(5, ME)], { unreadAfter: 4 })).includes("unread"), false);
});

test("only the visitor's last message carries a receipt, and none once it was answered", () => {
  assert.deepEqual(states(rowsOf([stored(1, ME), stored(2, ME)])), ["", "sent"]);
  assert.deepEqual(states(rowsOf([stored(1, ME), stored(2, ME)], { seenSeq: 2 })), ["", "seen"]);
  assert.deepEqual(states(rowsOf([stored(1, ME), stored(2, BEN)], { seenSeq: 2 })), ["", ""]);
  assert.deepEqual(states(rowsOf([stored(1, ME)], { isEnd: false })), [""]);
});

test("messages on their way say where they stand", () => {
  const entries = [stored(1, ME), outgoing("a"), outgoing("b"), outgoing("c", "failed")];
  const isInFlight = ({ client_id }) => client_id === "a";
  assert.deepEqual(states(rowsOf(entries, { isInFlight })), [
    "",
    "sending",
    "waiting",
    "failed",
  ]);
});

test("an activity stands between groups", () => {
  const entries = [stored(1, BEN), stored(2, BEN, NOON, "activity"), stored(3, BEN)];
  const rows = rowsOf(entries);
  assert.deepEqual(kinds(rows), ["day", "message", "activity", "message"]);
  assert.equal(rows[2].text, "words");
  assert.deepEqual(messages(rows).map(({ isFirst }) => isFirst), [true, true]);
});

test("who comes in stands above their first words", () => {
  const entries = [stored(1, BEN), stored(2, ADA), stored(3, ADA)];
  const rows = rowsOf(entries, { isJoining: ({ seq }) => seq === 2 });
  assert.deepEqual(kinds(rows), ["day", "message", "joined", "message", "message"]);
  assert.equal(rows[2].name, "Ada");
});
