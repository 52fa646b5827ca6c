import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.addEventListener = () => {};
Object.defineProperty(globalThis, "navigator", { value: { onLine: true } });
globalThis.document = { addEventListener() {}, visibilityState: "visible" };
// The runtime's own would keep the test from ending.
globalThis.BroadcastChannel = class {
  postMessage() {}
};

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
  version: 1,
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

const standing = (messenger) => {
  const { status, can_rate, assignee } = messenger.conversations.get(KEY);
  return [status, can_rate, assignee?.name];
};

test("what was told before a conversation closed does not open it again", async () => {
  const { messenger, answer } = await opened();
  const open = at(60, { version: 3 });
  const closed = at(60, { status: "closed", can_rate: true, assignee: { name: "Ben" }, version: 4 });
  messenger.refresh();
  messenger.threads.loadOlder(KEY);
  messenger.heard({ type: "conversation", conversation: closed });
  await answer("GET conversations", { conversations: [open], next: null });
  assert.deepEqual(standing(messenger), ["closed", true, "Ben"]);
  await answer("messages?before=11", { conversation: open, messages: [] });
  assert.deepEqual(standing(messenger), ["closed", true, "Ben"]);
  messenger.begin(session([open]));
  assert.deepEqual(standing(messenger), ["closed", true, "Ben"]);
  messenger.heard({ type: "conversation", conversation: at(60, { version: 5, assignee: null }) });
  assert.deepEqual(standing(messenger), ["open", false, undefined]);
});

test("a frame that was overtaken by a later one changes nothing", async () => {
  const { messenger } = await opened();
  const closed = at(60, { status: "closed", version: 2 });
  messenger.heard({ type: "conversation", conversation: closed });
  messenger.heard({ type: "conversation", conversation: at(60, { version: 1 }) });
  assert.equal(messenger.conversations.get(KEY).status, "closed");
});

test("the answer to the first words takes no news of their conversation back", () => {
  const messenger = visitor();
  messenger.heard({ type: "conversation", conversation: at(1, { status: "closed", version: 2 }) });
  const conversation = at(1, { version: 1 });
  messenger.sent({ thread: "new:x", client_id: "own_1" }, { conversation, message: mine(1) });
  assert.equal(messenger.conversations.get(KEY).status, "closed");
});

test("a close whose frame was lost is asked for a moment after the next heartbeat", async (context) => {
  const { messenger, answer, asked } = await opened();
  const { timers } = context.mock;
  timers.enable({ apis: ["setTimeout"] });
  const beat = (version) =>
    messenger.heard({ type: "ping", seq: { [KEY]: 60 }, versions: { [KEY]: version } });
  beat(1);
  timers.tick(1000);
  assert.deepEqual(asked(), []);
  beat(2);
  timers.tick(1000);
  const closed = at(60, { status: "closed", version: 2 });
  await answer("GET conversations", { conversations: [closed], next: null });
  assert.equal(messenger.conversations.get(KEY).status, "closed");
  beat(2);
  timers.tick(1000);
  assert.deepEqual(asked(), []);
});

test("a heartbeat that is ahead of its frames asks for nothing", async (context) => {
  const { messenger, asked } = await opened();
  const { timers } = context.mock;
  timers.enable({ apis: ["setTimeout"] });
  messenger.heard({ type: "ping", versions: { [KEY]: 2, cnv_2: 1 } });
  timers.tick(500);
  messenger.heard({ type: "conversation", conversation: at(60, { version: 2 }) });
  messenger.heard({ type: "conversation", conversation: at(1, { id: "cnv_2" }) });
  timers.tick(1000);
  assert.deepEqual(asked(), []);
});

test("a heartbeat of one visitor asks for nothing of the next", async (context) => {
  const { messenger, asked } = await opened();
  const { timers } = context.mock;
  timers.enable({ apis: ["setTimeout"] });
  messenger.heard({ type: "ping", versions: { [KEY]: 2 } });
  messenger.end();
  messenger.session = session([]);
  timers.tick(1000);
  assert.deepEqual(asked(), []);
});

test("a close that nobody heard is told when the connection is back", async () => {
  const { messenger, asked } = await opened();
  const rows = [at(60, { status: "closed", can_rate: true, version: 2 })];
  messenger.heard({ type: "ready", conversations: { [KEY]: 60 }, rows });
  assert.deepEqual([...standing(messenger), asked()], ["closed", true, undefined, []]);
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
  await messenger.threads.open(KEY);
  const { status, can_rate, last_seq } = messenger.conversations.get(KEY);
  assert.deepEqual([status, can_rate, last_seq], ["closed", true, 2]);
  assert.equal(messenger.threads.get(KEY).timeline.lastSeq, 2);
});

/** A visitor whose requests wait until the test answers them, in any order. */
function held() {
  const messenger = visitor();
  messenger.connection.start = () => {};
  const waiting = [];
  messenger.api.call = (method, path) =>
    new Promise((resolve, reject) => waiting.push({ name: `${method} ${path}`, resolve, reject }));
  /** Answers the oldest request whose name contains this. */
  const answer = async (name, body) => {
    const at = waiting.findIndex((request) => request.name.includes(name));
    assert.notEqual(at, -1, `${name} was not asked, but ${waiting.map((one) => one.name)}`);
    waiting.splice(at, 1)[0].resolve(body);
    for (let turns = 0; turns < 50; turns += 1) await turn();
  };
  const asked = () => waiting.map(({ name }) => name);
  return { messenger, answer, asked };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const at = (last_seq, more = {}) => ({ ...OPEN, last_seq, read_seq: last_seq, ...more });
const theirs = (seq) => ({ ...message(seq), author: { type: "teammate", name: "Ben" } });
const mine = (seq) => ({ ...message(seq), client_id: `own_${seq}` });
const session = (conversations) => ({ token: "t", unread: 0, conversations });
const shown = (messenger, key = KEY) =>
  messenger.threads.entries(key).map(({ message: one, outgoing }) => one?.seq ?? outgoing.body);

/** A thread with messages up to seq 60, of which the page up to 11 is still above. */
async function opened() {
  const all = held();
  all.messenger.session = session([]);
  all.messenger.learn(at(60));
  all.messenger.threads.open(KEY);
  const page = Array.from({ length: 50 }, (_, index) => theirs(index + 11));
  await all.answer("messages?limit=50", { conversation: at(60), messages: page });
  return all;
}

test("what was sent stays on screen while older messages load and one before it is missing", async () => {
  const { messenger, answer } = await opened();
  messenger.threads.loadOlder(KEY);
  messenger.sent({ thread: KEY, client_id: "own_62" }, { message: mine(62) });
  assert.equal(shown(messenger).at(-1), 62);
  const older = Array.from({ length: 10 }, (_, index) => theirs(index + 1));
  await answer("messages?before=11", { conversation: at(60), messages: older });
  await answer("messages?after=60", { conversation: at(62), messages: [theirs(61), mine(62)] });
  assert.deepEqual(shown(messenger).slice(-3), [60, 61, 62]);
});

test("what was sent stays on screen while the thread itself still loads", async () => {
  const { messenger, answer } = held();
  messenger.session = session([]);
  messenger.learn(at(1));
  messenger.threads.open(KEY);
  messenger.sent({ thread: KEY, client_id: "own_3" }, { message: mine(3) });
  assert.deepEqual(shown(messenger), [3]);
  await answer("messages?limit=50", { conversation: at(1), messages: [theirs(1)] });
  assert.deepEqual(shown(messenger), [1, 3]);
  await answer("messages?after=1", { conversation: at(3), messages: [theirs(2), mine(3)] });
  assert.deepEqual(shown(messenger), [1, 2, 3]);
});

test("a message of a conversation that is not known yet is not lost", async () => {
  const { messenger, answer } = held();
  messenger.session = session([]);
  messenger.heard({ type: "message", conversation: KEY, message: theirs(1) });
  await answer("GET conversations", { conversations: [at(1)], next: null });
  messenger.threads.open(KEY);
  await answer("messages?limit=50", { conversation: at(1), messages: [theirs(1)] });
  assert.deepEqual(shown(messenger), [1]);
});

test("what one wrote first may be heard before it is answered, and is asked for no second time", async () => {
  const { messenger, answer, asked } = held();
  messenger.session = session([]);
  messenger.send("new:x", "first words");
  for (let turns = 0; turns < 50; turns += 1) await turn();
  const [{ client_id }] = messenger.outbox.items();
  const message = { ...mine(1), client_id };
  messenger.heard({ type: "message", conversation: KEY, message });
  assert.deepEqual(shown(messenger), [1]);
  assert.deepEqual(asked(), ["POST conversations"]);
  await answer("POST conversations", { conversation: at(1), message });
  assert.deepEqual(shown(messenger), [1]);
  assert.equal(messenger.recent().length, 1);
  assert.deepEqual(asked(), []);
});

test("another session of the same visitor closes no thread and takes no news back", async () => {
  const { messenger } = await opened();
  messenger.sent({ thread: KEY, client_id: "own_61" }, { message: mine(61) });
  messenger.begin(session([]));
  assert.equal(shown(messenger).at(-1), 61);
  messenger.begin(session([at(60, { unread: 2, read_seq: 58 })]));
  const { last_seq, unread } = messenger.conversations.get(KEY);
  assert.deepEqual([last_seq, unread, shown(messenger).at(-1)], [61, 0, 61]);
});

test("what one is told of while the list is under way is asked for again", async () => {
  const { messenger, answer, asked } = held();
  messenger.session = session([]);
  messenger.refresh();
  messenger.heard({ type: "stale" });
  await answer("GET conversations", { conversations: [], next: null });
  assert.deepEqual(asked(), ["GET conversations"]);
  await answer("GET conversations", { conversations: [at(1)], next: null });
  assert.deepEqual([messenger.recent().length, asked()], [1, []]);
});

test("a thread that was opened from the list keeps what it has when its first message is known", async () => {
  const { messenger, answer } = held();
  messenger.session = session([]);
  messenger.threads.get("new:x");
  messenger.learn(at(2));
  messenger.threads.open(KEY);
  await answer("messages?limit=50", { conversation: at(2), messages: [mine(1), theirs(2)] });
  messenger.moved("new:x", KEY);
  assert.deepEqual(shown(messenger), [1, 2]);
});

test("an answer to one visitor is none to the next", async () => {
  const { messenger, answer } = held();
  messenger.session = session([]);
  messenger.refresh();
  messenger.end();
  messenger.session = session([]);
  await answer("GET conversations", { conversations: [at(1)], next: null });
  assert.deepEqual(messenger.recent(), []);
});

test("what was read in another tab is read here, whatever comes late", () => {
  const messenger = visitor();
  messenger.learn({ ...OPEN, last_seq: 3, unread: 2 });
  assert.equal(messenger.unread, 2);
  messenger.heard({ type: "unread", conversation: KEY, unread: 0, seq: 3 });
  assert.equal(messenger.unread, 0);
  messenger.heard({ type: "unread", conversation: KEY, unread: 1, seq: 2 });
  messenger.heard({ type: "unread", conversation: "cnv_2", unread: 1, seq: 2 });
  assert.equal(messenger.unread, 0);
});
