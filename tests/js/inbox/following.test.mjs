/** Pages of their own: which frames make them ask again, and what they leave where it is. */

import assert from "node:assert/strict";
import { register } from "node:module";
import { test } from "node:test";
import { Clock } from "../clock.mjs";

const clock = new Clock();
register(`data:text/javascript,${encodeURIComponent(`
  const sources = {
    "../shared/socket.js": "export const LiveSocket = globalThis.LiveSocket;",
    "./ask.js": "export const ask = (...all) => globalThis.ask(...all);",
  };
  export const resolve = (name, context, next) => sources[name]
    ? { url: "data:text/javascript," + encodeURIComponent(sources[name]), shortCircuit: true }
    : next(name, context);
`)}`);

let options;
let asked = 0;
let fresh = [];
const place = { innerHTML: "old", replaceWith: (now) => (place.now = now) };
globalThis.LiveSocket = class {
  constructor(given) { options = given; }
  start() {}
};
globalThis.ask = async () => {
  asked += 1;
  return { text: async () => "" };
};
globalThis.DOMParser = class {
  parseFromString() { return { querySelectorAll: () => fresh }; }
};
globalThis.location = { href: "http://x/inbox/macros/" };
globalThis.CSS = { escape: (text) => text };
let shown = [];
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { follows: "macros names conversation", live: "ws://x" } },
  querySelector: (asked) => shown.find((id) => asked === `[data-about="${id}"]`) ?? null,
  querySelectorAll: () => [{ id: "macros-list", innerHTML: "old" }],
  getElementById: (id) => (id === "macros-list" ? place : null),
});
await import("../../../static/inbox/following.js");

async function pass(ms) {
  clock.pass(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

test("nobody is looked for there, and the frames that are its own make it ask, spaced", async () => {
  assert.deepEqual(options.hello().watch, { visible: false, conversation: {} });
  for (const type of ["ready", "message", "ping"]) options.onFrame({ type });
  options.onFrame({ type: "conversation", conversation: "conv_other" });
  await pass(20_000);
  assert.equal(asked, 0);
  for (let each = 0; each < 20; each += 1) options.onFrame({ type: "macros" });
  await pass(1000);
  assert.equal(asked, 1);
  options.onFrame({ type: "ready" });
  await pass(6000);
  assert.equal(asked, 2, "after a gap");
});

test("what differs takes the place of what is there, and nothing else does", async () => {
  fresh = [{ id: "macros-list", innerHTML: "old" }, { id: "gone", innerHTML: "x" }];
  options.onFrame({ type: "names" });
  await pass(6000);
  assert.equal(place.now, undefined);
  fresh = [{ id: "macros-list", innerHTML: "new" }];
  options.onFrame({ type: "names" });
  await pass(6000);
  assert.equal(place.now, fresh[0]);
});

test("a conversation makes it ask when the page tells of it", async () => {
  const before = asked;
  shown = ["conv_one"];
  options.onFrame({ type: "conversation", conversation: "conv_other" });
  await pass(6000);
  assert.equal(asked, before);
  options.onFrame({ type: "conversation", conversation: "conv_one" });
  await pass(6000);
  assert.equal(asked, before + 1);
});

test("what the reader has opened is no difference, and stays open", async () => {
  place.innerHTML = "new, opened by its reader";
  place.now = undefined;
  fresh = [{ id: "macros-list", innerHTML: "new" }];
  options.onFrame({ type: "names" });
  await pass(6000);
  assert.equal(place.now, undefined);
});
