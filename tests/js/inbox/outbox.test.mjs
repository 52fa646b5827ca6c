import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../../static/inbox/ask.js";
import { Outbox } from "../../../static/inbox/outbox.js";

/** A device's storage: what is in it survives a reload. */
class Device {
  #kept = new Map();
  get length() {
    return this.#kept.size;
  }
  key(index) {
    return [...this.#kept.keys()][index] ?? null;
  }
  getItem(key) {
    return this.#kept.get(key) ?? null;
  }
  setItem(key, value) {
    this.#kept.set(key, value);
  }
  removeItem(key) {
    this.#kept.delete(key);
  }
}

const draft = (id, more = {}) => ({
  client_id: id,
  conversation: "cv_1",
  contact_name: "Dora",
  url: "/inbox/all/cv_1/messages/",
  kind: "reply",
  body: id,
  uploads: [],
  last_seen_seq: 1,
  override: false,
  ...more,
});

/** An outbox whose server does what `answers` says, one answer for each attempt. */
function scene(answers = [], device = new Device()) {
  const log = { tried: [], sent: [], returned: [], timers: [], changed: [] };
  const outbox = new Outbox({
    prefix: "out:",
    storage: device,
    now: () => 0,
    random: () => 0.5,
    setTimeout: (work, ms) => log.timers.push({ work, ms }),
    async deliver(item) {
      log.tried.push(item.client_id);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { seq: log.tried.length };
    },
    onSent: (item) => log.sent.push(item.client_id),
    onReturned: (item, problem) => log.returned.push([item.client_id, problem.type]),
    onChange: (item) => log.changed.push([item.client_id, item.state]),
  });
  return { outbox, device, log };
}

const rest = () => new Promise((resolve) => setImmediate(resolve));
const gone = () => new Problem(0);

test("what is sent leaves the device", async () => {
  const { outbox, device, log } = scene();
  outbox.add(draft("a"));
  assert.equal(device.length, 1);
  await rest();
  assert.deepEqual(log.sent, ["a"]);
  assert.equal(device.length, 0);
});

test("messages of one conversation go in the order of writing", async () => {
  const { outbox, log } = scene([gone()]);
  outbox.add(draft("a"));
  outbox.add(draft("b"));
  await rest();
  assert.deepEqual(log.tried, ["a"]);
  outbox.hurry();
  await rest();
  assert.deepEqual(log.tried, ["a", "a", "b"]);
  assert.deepEqual(log.sent, ["a", "b"]);
});

test("one conversation does not hold up another", async () => {
  const { outbox, log } = scene([gone()]);
  outbox.add(draft("a"));
  outbox.add(draft("b", { conversation: "cv_2" }));
  await rest();
  assert.deepEqual(log.sent, ["b"]);
});

test("a lost connection is tried again, with a growing pause", async () => {
  const { outbox, log } = scene([gone(), gone(), gone()]);
  outbox.add(draft("a"));
  await rest();
  for (let round = 0; round < 2; round += 1) {
    outbox.hurry();
    await rest();
  }
  assert.deepEqual(log.timers.map(({ ms }) => ms), [500, 1000, 2000]);
});

test("a server that names a time gets it", async () => {
  const { outbox, log } = scene([new Problem(429, {}, 30)]);
  outbox.add(draft("a"));
  await rest();
  assert.deepEqual(log.timers.map(({ ms }) => ms), [30000]);
});

test("a reload takes over what was left, in order, under the same ids", async () => {
  const first = scene([gone()]);
  first.outbox.add(draft("a"));
  first.outbox.add(draft("b"));
  await rest();
  const second = scene([], first.device);
  second.outbox.load();
  await rest();
  assert.deepEqual(second.log.sent, ["a", "b"]);
  assert.equal(first.device.length, 0);
});

test("a refusal stays with its reason and lets later ones pass", async () => {
  const { outbox, log } = scene([new Problem(400, { detail: "Too long." })]);
  outbox.add(draft("a"));
  outbox.add(draft("b"));
  await rest();
  assert.deepEqual(log.sent, ["b"]);
  const [item] = outbox.items("cv_1");
  assert.equal(item.state, "failed");
  assert.equal(item.reason, "Too long.");
  outbox.retry("a");
  await rest();
  assert.deepEqual(log.sent, ["b", "a"]);
});

test("somebody logged out keeps what they wrote", async () => {
  const { outbox, device } = scene([new Problem(401, { detail: "Log in." })]);
  outbox.add(draft("a"));
  await rest();
  assert.equal(outbox.items("cv_1")[0].state, "queued");
  assert.equal(device.length, 1);
});

test("a reply that others overtook goes back to its writer", async () => {
  const { outbox, device, log } = scene([new Problem(409, { type: "newer-messages" })]);
  outbox.add(draft("a"));
  await rest();
  assert.deepEqual(log.returned, [["a", "newer-messages"]]);
  assert.equal(device.length, 0);
  assert.equal(outbox.size, 0);
});

test("what the live connection brought back is not sent again", async () => {
  const { outbox, log } = scene([gone()]);
  outbox.add(draft("a"));
  await rest();
  outbox.take("a");
  outbox.hurry();
  await rest();
  assert.deepEqual(log.tried, ["a"]);
});

test("a full device still sends", async () => {
  const device = new Device();
  device.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  const { outbox, log } = scene([], device);
  outbox.add(draft("a"));
  await rest();
  assert.deepEqual(log.sent, ["a"]);
});

test("a broken record on the device is dropped, not fatal", () => {
  const device = new Device();
  device.setItem("out:x", "{");
  const { outbox } = scene([], device);
  outbox.load();
  assert.equal(outbox.size, 0);
  assert.equal(device.length, 0);
});
