import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.addEventListener = () => {};
globalThis.document = { addEventListener() {}, visibilityState: "visible" };

const { Messenger } = await import("../../../static/messenger/frame/messenger.js");
const { memoryStore } = await import("../../../static/messenger/frame/store.js");

const KEY = "cnv_1";
const OPEN = {
  id: KEY,
  status: "open",
  can_rate: false,
  rating: null,
  preview: "Hello",
  preview_author: { type: "contact", name: "" },
  unread: 0,
  last_seq: 1,
  read_seq: 1,
  seen_seq: 0,
  updated_at: "2026-05-01T10:00:00+00:00",
  created_at: "2026-05-01T10:00:00+00:00",
};
const CLOSED = { ...OPEN, status: "closed", can_rate: true, last_seq: 2, unread: 1, seen_seq: 1 };
const message = (seq) => ({ id: `msg_${seq}`, seq, author: { type: "contact" }, attachments: [] });

/** @param {Record<string, any>} answers by method and path */
function visitor(answers = {}) {
  const messenger = new Messenger({ base: "", store: memoryStore(), renew: async () => "", app: "" });
  messenger.api.call = async (method, path) => answers[`${method} ${path}`] || {};
  return messenger;
}

test("an answer that was under way while news came does not take them back", () => {
  const messenger = visitor();
  messenger.learn(CLOSED);
  messenger.learn(OPEN);
  const { status, can_rate, unread } = messenger.conversations.get(KEY);
  assert.deepEqual([status, can_rate, unread], ["closed", true, 1]);
});

test("what was read stays read, whatever an answer of before says", () => {
  const messenger = visitor();
  messenger.learn({ ...CLOSED, read_seq: 2, unread: 0 });
  messenger.learn(CLOSED);
  assert.equal(messenger.conversations.get(KEY).unread, 0);
});

test("the messages tell how their conversation stands, known or not", async () => {
  const page = { conversation: CLOSED, messages: [message(1), message(2)] };
  const messenger = visitor({ [`GET conversations/${KEY}/messages?limit=50`]: page });
  await messenger.open(KEY);
  const { status, can_rate, last_seq } = messenger.conversations.get(KEY);
  assert.deepEqual([status, can_rate, last_seq], ["closed", true, 2]);
  assert.equal(messenger.thread(KEY).timeline.lastSeq, 2);
});
