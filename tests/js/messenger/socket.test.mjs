import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { LiveSocket } from "../../../static/messenger/frame/socket.js";

let wires;
let timers;
let heard;
let refused;

class Wire {
  sent = [];
  isClosed = false;

  constructor(url) {
    this.url = url;
    wires.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  hear(frame) {
    this.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
}

const pending = () => timers.filter((timer) => !timer.isOver);

function run(ms) {
  const [timer] = pending().filter((one) => one.ms === ms);
  timer.isOver = true;
  timer.work();
}

function socket() {
  return new LiveSocket({
    url: () => "ws://test/",
    hello: () => ({ type: "hello", token: "t", after: { cv_1: 3 } }),
    onFrame: (frame) => heard.push(frame.type),
    onState: () => {},
    onRefused: () => (refused += 1),
    WebSocket: Wire,
    setTimeout: (work, ms) => {
      const timer = { work, ms };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      if (timer) timer.isOver = true;
    },
    random: () => 1,
  });
}

beforeEach(() => {
  wires = [];
  timers = [];
  heard = [];
  refused = 0;
});

function ready(live) {
  live.start();
  wires.at(-1).onopen();
  wires.at(-1).hear({ type: "ready" });
}

test("it says hello with what is known, and is live when the server is ready", () => {
  const live = socket();
  live.start();
  assert.equal(live.state, "connecting");
  assert.equal(live.send({ type: "typing" }), false);
  wires[0].onopen();
  assert.deepEqual(wires[0].sent, [{ type: "hello", token: "t", after: { cv_1: 3 } }]);
  wires[0].hear({ type: "ready" });
  assert.equal(live.state, "live");
  assert.equal(live.send({ type: "typing" }), true);
});

test("it answers heartbeats and lets nonsense pass", () => {
  const live = socket();
  ready(live);
  wires[0].hear("{");
  wires[0].hear({ type: "ping", seq: {} });
  assert.deepEqual(wires[0].sent.at(-1), { type: "pong" });
  assert.deepEqual(heard, ["ready", "ping"]);
  assert.equal(live.state, "live");
});

test("it comes back with growing pauses, and starts anew once it was live", () => {
  const live = socket();
  live.start();
  wires[0].onclose({ code: 1006 });
  run(1000);
  wires[1].onclose({ code: 1012 });
  assert.equal(live.failures, 2);
  run(2000);
  wires[2].onopen();
  wires[2].hear({ type: "ready" });
  assert.equal(live.failures, 0);
  wires[2].onclose({ code: 1001 });
  run(1000);
  assert.equal(wires.length, 4);
});

test("a silent connection counts as dead", () => {
  const live = socket();
  ready(live);
  run(40000);
  assert.equal(wires[0].isClosed, true);
  assert.equal(live.state, "waiting");
  wires[0].hear({ type: "message" });
  assert.deepEqual(heard, ["ready"]);
});

test("a server that never gets ready is given up", () => {
  const live = socket();
  live.start();
  wires[0].onopen();
  run(10000);
  assert.equal(live.state, "waiting");
});

test("a refused token stops it until there is a new one", () => {
  const live = socket();
  ready(live);
  wires[0].onclose({ code: 4401 });
  assert.equal(refused, 1);
  assert.equal(live.state, "idle");
  assert.deepEqual(pending(), []);
  live.start();
  assert.equal(wires.length, 2);
});

test("asked to slow down, it comes back late", () => {
  const live = socket();
  ready(live);
  wires[0].onclose({ code: 4429 });
  assert.deepEqual(pending().map(({ ms }) => ms), [30000]);
});

test("hope of a network cuts the pause short, and only that", () => {
  const live = socket();
  ready(live);
  live.hurry();
  assert.equal(wires.length, 1);
  wires[0].onclose({ code: 1006 });
  live.hurry();
  assert.equal(wires.length, 2);
  assert.equal(live.state, "connecting");
});

test("stopped, it stays away", () => {
  const live = socket();
  ready(live);
  live.stop();
  assert.equal(wires[0].isClosed, true);
  assert.equal(live.state, "idle");
  assert.deepEqual(pending(), []);
});
