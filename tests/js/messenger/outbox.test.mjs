import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Clock } from "../clock.mjs";
import { Problem } from "../../../static/messenger/frame/api.js";
import { Outbox } from "../../../static/messenger/frame/outbox.js";
import { memoryStore } from "../../../static/messenger/frame/store.js";

const CONVERSATION = "cv_1";

/** A server that keeps what it is told, and can be made to fail on the way in or out. */
class Server {
  stored = [];
  requests = [];
  faults = [];
  atOnce = 0;
  mostAtOnce = 0;

  deliver = async (item) => {
    this.requests.push(item.client_id);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await turn();
    this.atOnce -= 1;
    const fault = this.faults.shift();
    if (fault?.before) throw fault.before;
    if (!this.stored.includes(item.body)) this.stored.push(item.body);
    if (fault?.after) throw fault.after;
    const conversation = item.thread.startsWith("new:") ? { id: CONVERSATION } : undefined;
    return { conversation, message: { seq: this.stored.length, client_id: item.client_id } };
  };
}

let server;
let store;
let clock;

/** A tab: an outbox with the shared store and server, and the clock that the test moves. */
function tab(options = {}) {
  const made = { sent: [], moved: [], changes: 0 };
  made.outbox = new Outbox({
    store,
    deliver: server.deliver,
    onSent: (item) => made.sent.push(item.body),
    onMoved: (from, to) => made.moved.push([from, to]),
    onChange: () => (made.changes += 1),
    exclusive: (_name, work) => work(),
    ...options,
  });
  made.write = (body, thread = CONVERSATION) =>
    made.outbox.add({ client_id: body, thread, body, attachments: [], page: null });
  made.wait = async (ms) => {
    clock.pass(ms);
    await settle();
  };
  return made;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let turns = 0; turns < 100; turns += 1) await turn();
};
const offline = () => new Problem(0);
const inStore = async () => (await store.all("outbox")).map(({ body }) => body);

beforeEach(() => {
  server = new Server();
  store = memoryStore();
  clock = new Clock();
});

test("messages go in the order of writing, one in flight at a time", async () => {
  const { outbox, write } = tab();
  const bodies = ["a", "b", "c", "d", "e"];
  bodies.forEach((body) => write(body));
  assert.deepEqual(outbox.items().map(({ body }) => body), bodies);
  await settle();
  assert.deepEqual(server.stored, bodies);
  assert.equal(server.mostAtOnce, 1);
  assert.deepEqual(outbox.items(), []);
  assert.deepEqual(await inStore(), []);
});

test("a message is on the device before it is sent", async () => {
  let stored;
  const { write } = tab({
    deliver: async (item) => {
      stored = await inStore();
      return server.deliver(item);
    },
  });
  await write("a");
  assert.deepEqual(stored, ["a"]);
});

test("without a network everything waits, then goes once and in order", async () => {
  const { outbox, write, wait } = tab();
  server.faults = [{ before: offline() }, { before: offline() }];
  write("a");
  write("b");
  await settle();
  assert.deepEqual(server.requests, ["a"]);
  assert.deepEqual(outbox.items().map(({ status }) => status), ["queued", "queued"]);
  await wait(1000);
  assert.deepEqual(server.requests, ["a", "a"]);
  await wait(1999);
  assert.deepEqual(server.stored, []);
  await wait(1);
  assert.deepEqual(server.stored, ["a", "b"]);
});

test("an answer that was lost does not double the message", async () => {
  const { write, wait } = tab();
  server.faults = [{ after: offline() }];
  write("a");
  await settle();
  await wait(1000);
  assert.deepEqual(server.stored, ["a"]);
  assert.deepEqual(server.requests, ["a", "a"]);
});

test("the network's return is not waited out", async () => {
  const { outbox, write } = tab();
  server.faults = [{ before: offline() }];
  write("a");
  await settle();
  outbox.hurry();
  await settle();
  assert.deepEqual(server.stored, ["a"]);
});

test("a reload finds what was left, and sends it", async () => {
  const first = tab();
  server.faults = [{ before: offline() }];
  first.write("a");
  first.write("b");
  await settle();
  const second = tab();
  await second.outbox.load();
  assert.deepEqual(second.outbox.items().map(({ body }) => body), ["a", "b"]);
  await second.wait(1000);
  await settle();
  assert.deepEqual(server.stored, ["a", "b"]);
});

test("a refused message stays with its reason and lets the next one pass", async () => {
  const { outbox, write } = tab();
  server.faults = [{ before: new Problem(413, { detail: "This message is too long." }) }];
  write("a");
  write("b");
  await settle();
  assert.deepEqual(server.stored, ["b"]);
  const [failed] = outbox.items();
  assert.equal(failed.status, "failed");
  assert.equal(failed.reason, "This message is too long.");
  assert.deepEqual(await inStore(), ["a"]);
});

test("a refused message goes when it is tried again, or away when it is not wanted", async () => {
  const { outbox, write } = tab();
  const refusal = { before: new Problem(403, { detail: "No." }) };
  server.faults = [refusal, refusal];
  write("a");
  write("b");
  await settle();
  await outbox.retry("a");
  assert.deepEqual(server.stored, ["a"]);
  outbox.discard("b");
  await settle();
  assert.deepEqual(outbox.items(), []);
  assert.deepEqual(await inStore(), []);
});

test("a short “slow down” is waited out, a long one is said", async () => {
  const { outbox, write, wait } = tab();
  server.faults = [{ before: new Problem(429, {}, 20) }];
  write("a");
  await settle();
  await wait(19999);
  assert.deepEqual(server.stored, []);
  await wait(1);
  assert.deepEqual(server.stored, ["a"]);

  server.faults = [{ before: new Problem(429, { detail: "Too many conversations." }, 3000) }];
  write("b");
  await settle();
  assert.equal(outbox.items()[0].reason, "Too many conversations.");
});

test("what follows the first message of a new thread goes into its conversation", async () => {
  const { outbox, write, moved } = tab();
  server.faults = [{ before: offline() }];
  write("a", "new:x");
  write("b", "new:x");
  await settle();
  assert.deepEqual(outbox.items("new:x").length, 2);
  outbox.hurry();
  await settle();
  assert.deepEqual(server.stored, ["a", "b"]);
  assert.deepEqual(moved, [["new:x", CONVERSATION]]);
  assert.deepEqual(await inStore(), []);
});

test("a discarded first message lets the next one begin the conversation", async () => {
  const { outbox, write } = tab();
  server.faults = [{ before: new Problem(400, { detail: "No." }) }];
  write("a", "new:x");
  await settle();
  outbox.discard("a");
  await write("b", "new:x");
  await settle();
  assert.deepEqual(server.stored, ["b"]);
});

test("a message that the socket already showed is not sent again", async () => {
  const { outbox, write, wait } = tab();
  server.faults = [{ after: offline() }];
  write("a", "new:x");
  write("b", "new:x");
  await settle();
  outbox.confirm("a", CONVERSATION);
  await settle();
  await wait(1000);
  assert.deepEqual(server.requests, ["a", "b"]);
  assert.deepEqual(server.stored, ["a", "b"]);
  assert.deepEqual(outbox.items(), []);
});

test("two tabs with the same queue say everything once, and both know of it", async () => {
  const locks = new Map();
  const exclusive = (name, work) => {
    const done = (locks.get(name) || Promise.resolve()).then(work);
    locks.set(name, done.catch(() => {}));
    return done;
  };
  const first = tab({ exclusive });
  server.faults = [{ before: offline() }];
  for (const body of ["a", "b", "c"]) first.write(body, "new:x");
  await settle();
  const second = tab({ exclusive });
  await second.outbox.load();
  first.outbox.hurry();
  second.outbox.hurry();
  await settle();
  await settle();
  assert.deepEqual(server.stored, ["a", "b", "c"]);
  for (const made of [first, second]) {
    assert.deepEqual([made.sent, made.moved], [["a", "b", "c"], [["new:x", CONVERSATION]]]);
  }
  assert.deepEqual(first.outbox.items(), []);
  assert.deepEqual(second.outbox.items(), []);
});

test("a device without room still sends", async () => {
  store.put = () => Promise.reject(new Error("QuotaExceededError"));
  const { write } = tab();
  await write("a");
  await write("b");
  assert.deepEqual(server.stored, ["a", "b"]);
});

test("a device without room for a file keeps the words, one without any room says so", async () => {
  const { outbox } = tab();
  server.faults = [{ before: offline() }, { before: offline() }];
  const put = store.put;
  store.put = (shelf, row) =>
    row.attachments?.some(({ blob }) => blob)
      ? Promise.reject(new Error("QuotaExceededError"))
      : put(shelf, row);
  const draft = { thread: CONVERSATION, page: null };
  const attachments = [{ key: "f", name: "coat.png", blob: new Blob(["x"]) }];
  outbox.add({ ...draft, client_id: "a", body: "a", attachments });
  await settle();
  assert.deepEqual(await inStore(), ["a"]);
  assert.equal((await store.all("outbox"))[0].attachments[0].blob, undefined);
  assert.ok(outbox.items()[0].attachments[0].blob);
  assert.ok(!outbox.items()[0].isLoose);

  store.put = () => Promise.reject(new Error("QuotaExceededError"));
  outbox.add({ ...draft, client_id: "b", body: "b", attachments: [], thread: "cv_2" });
  await settle();
  assert.equal(outbox.items()[1].isLoose, true);
});

test("an id that the server knows for other words is not used again", async () => {
  const { outbox, write } = tab();
  server.faults = [{ before: new Problem(409, { type: "client-id-reused", detail: "Reused." }) }];
  await write("a");
  await settle();
  const [failed] = outbox.items();
  assert.deepEqual([failed.status, failed.reason], ["failed", "Reused."]);
  await outbox.retry("a");
  await settle();
  assert.equal(new Set(server.requests).size, 2);
  assert.deepEqual(server.stored, ["a"]);
  assert.deepEqual(await inStore(), []);
});

test("a file that the server forgot is uploaded again when the message is tried again", async () => {
  const ids = [];
  const { outbox } = tab({
    deliver: async (item) => {
      ids.push(item.attachments.map(({ id }) => id));
      if (ids.length > 1) return server.deliver(item);
      throw new Problem(400, { type: "validation", detail: "One of the files is not there." });
    },
  });
  const attachments = [
    { key: "f", id: "old", name: "coat.png", blob: new Blob(["x"]) },
    { key: "g", id: "kept", name: "hat.png" },
  ];
  outbox.add({ client_id: "a", thread: CONVERSATION, body: "a", attachments, page: null });
  await settle();
  await outbox.retry("a");
  await settle();
  assert.deepEqual(ids, [["old", "kept"], [undefined, "kept"]]);
});

test("a token that runs out is a pause, also when no new one comes at once", async () => {
  const { outbox, write, wait } = tab();
  server.faults = [{ before: new Problem(401) }, { before: new Problem(401) }];
  write("a");
  write("b");
  await settle();
  assert.deepEqual(outbox.items().map(({ status }) => status), ["queued", "queued"]);
  await wait(1000);
  await wait(2000);
  assert.deepEqual(server.stored, ["a", "b"]);
});

test("a blocked visitor is told with every message, and nothing is tried for ever", async () => {
  const { outbox, write, wait } = tab();
  const refusal = { before: new Problem(403, { detail: "You can no longer write here." }) };
  server.faults = [refusal, refusal];
  write("a");
  write("b");
  await settle();
  await wait(600000);
  assert.deepEqual(server.requests, ["a", "b"]);
  const reasons = outbox.items().map(({ status, reason }) => [status, reason]);
  assert.deepEqual(reasons, Array(2).fill(["failed", "You can no longer write here."]));
});

test("a fault of our own is no reason to show", async () => {
  const { outbox, write } = tab({ deliver: () => Promise.reject(new TypeError("x of undefined")) });
  await write("a");
  await settle();
  assert.deepEqual([outbox.items()[0].status, outbox.items()[0].reason], ["failed", ""]);
});

test("who has left sends nothing any more", async () => {
  const { outbox, write, wait } = tab();
  server.faults = [{ before: offline() }];
  write("a");
  await settle();
  outbox.leave();
  await wait(60000);
  assert.deepEqual(outbox.items(), []);
  assert.deepEqual(server.stored, []);
});

test("an answer that comes after its writer has left is nobody's", async () => {
  const made = tab();
  made.write("a", "new:x");
  await turn();
  assert.equal(made.outbox.items().length, 1);
  made.outbox.leave();
  await settle();
  assert.deepEqual(server.stored, ["a"]);
  assert.deepEqual([made.sent, made.moved], [[], []]);
});

test("what left while the device is read does not come back", async () => {
  const { all } = store;
  const { outbox, write } = tab({ deliver: () => Promise.reject(offline()) });
  write("no longer meant");
  await settle();
  store.all = async (shelf) => {
    const found = await all(shelf);
    outbox.discard("no longer meant");
    return found;
  };
  await outbox.load();
  assert.deepEqual(outbox.items(), []);
});

test("what is not on the device any more is asked for, not given up", async () => {
  const { outbox, write, wait, sent } = tab();
  server.faults = [{ before: offline() }];
  write("a");
  await settle();
  await store.clear();
  await wait(1000);
  assert.deepEqual([server.stored, sent], [["a"], ["a"]]);
  assert.deepEqual(outbox.items(), []);
});

test("what is written is kept before its draft may go", async () => {
  const { outbox } = tab({ deliver: () => new Promise(() => {}) });
  let inTime;
  const item = { client_id: "a", thread: CONVERSATION, body: "a", attachments: [], page: null };
  outbox.add(item, () => (inTime = inStore()));
  await settle();
  assert.deepEqual(await inTime, ["a"]);
});

test("what is written while the device is read is there once", async () => {
  const { all } = store;
  const { outbox, write } = tab({ deliver: () => new Promise(() => {}) });
  store.all = async (shelf) => {
    write("in between");
    for (let turns = 0; turns < 20; turns += 1) await null;
    return all(shelf);
  };
  await outbox.load();
  assert.deepEqual(outbox.items().map((item) => item.body), ["in between"]);
});
