import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../clock.mjs";
import { LiveSocket } from "../../../static/shared/socket.js";

/** A server at the other end, and a clock whose timers run when the test says so. */
function scene() {
  const clock = new Clock();
  const log = { sockets: [], frames: [], states: [], refused: 0 };
  globalThis.WebSocket = class {
    constructor(url) {
      this.url = url;
      this.sent = [];
      log.sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.isClosed = true;
    }
    say(frame) {
      this.onmessage({ data: JSON.stringify(frame) });
    }
  };
  const socket = new LiveSocket({
    url: () => "ws://live/ws/inbox/",
    hello: () => ({ type: "hello" }),
    onFrame: (frame) => log.frames.push(frame.type),
    onState: (state) => log.states.push(state),
    onRefused: () => (log.refused += 1),
  });
  const goLive = () => {
    const wire = log.sockets.at(-1);
    wire.onopen();
    wire.say({ type: "ready" });
    return wire;
  };
  return { socket, log, clock, goLive };
}

test("it says hello, and is live once the server is ready", () => {
  const { socket, log, goLive } = scene();
  socket.start();
  assert.equal(socket.send({ type: "typing" }), false);
  const wire = goLive();
  assert.deepEqual(wire.sent, [{ type: "hello" }]);
  assert.deepEqual(log.states, ["connecting", "live"]);
  assert.equal(socket.send({ type: "typing" }), true);
});

test("a heartbeat is answered", () => {
  const { socket, goLive } = scene();
  socket.start();
  const wire = goLive();
  wire.say({ type: "ping" });
  assert.deepEqual(wire.sent.at(-1), { type: "pong" });
});

test("each failure doubles the longest pause, success forgets them", () => {
  const { socket, log, clock, goLive } = scene();
  socket.start();
  const pauses = [];
  for (let failure = 0; failure < 3; failure += 1) {
    log.sockets.at(-1).onclose({ code: 1006 });
    pauses.push(clock.waits[0]);
    clock.run();
  }
  assert.deepEqual(pauses, [1000, 2000, 4000]);
  goLive();
  log.sockets.at(-1).onclose({ code: 1012 });
  assert.equal(clock.waits[0], 1000);
});

test("silence is death", () => {
  const { socket, log, clock, goLive } = scene();
  socket.start();
  const wire = goLive();
  assert.equal(clock.waits.length, 1);
  clock.run();
  assert.equal(wire.isClosed, true);
  assert.equal(log.states.at(-1), "waiting");
});

test("what an old connection still says is not heard", () => {
  const { socket, log, clock, goLive } = scene();
  socket.start();
  const old = goLive();
  clock.run();
  old.say({ type: "message" });
  assert.deepEqual(log.frames, ["ready"]);
});

test("a refused log-in stops it until it is started again", () => {
  const { socket, log, clock } = scene();
  socket.start();
  log.sockets[0].onclose({ code: 4401 });
  assert.equal(log.refused, 1);
  assert.equal(clock.waits.length, 0);
  socket.start();
  assert.equal(log.sockets.length, 2);
});

test("coming back hurries a waiting connection and doubts a silent one", () => {
  const { socket, log, clock, goLive } = scene();
  socket.start();
  log.sockets[0].onclose({ code: 1006 });
  socket.hurry();
  assert.equal(log.sockets.length, 2);
  goLive();
  socket.hurry();
  assert.equal(log.sockets.length, 2);
  clock.time += 60000;
  socket.hurry();
  assert.equal(log.sockets.length, 3);
  assert.equal(log.sockets[1].isClosed, true);
});
