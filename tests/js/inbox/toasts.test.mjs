import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

/** As much of an element as a toast is made of. */
class Element {
  constructor(name) {
    Object.assign(this, { name, children: [], heard: {}, parent: null });
  }
  append(...children) {
    for (const child of children) child.parent = this;
    this.children.push(...children);
  }
  remove() {
    this.parent.children = this.parent.children.filter((each) => each !== this);
  }
  addEventListener(kind, run) {
    this.heard[kind] = run;
  }
  querySelector(name) {
    return this.children.find((each) => each.name === name) || null;
  }
}

let box = new Element("div");
globalThis.document = {
  addEventListener() {},
  body: { dataset: {} },
  getElementById: () => box,
  createElement: (name) => new Element(name),
};
mock.timers.enable({ apis: ["setTimeout"] });
const { toast } = await import("../../../static/inbox/toasts.js");

const words = () => box.children.map((each) => each.querySelector("span").textContent);
const offer = (text, run = () => {}) => toast(text, { action: { name: "Undo", run } });

beforeEach(() => {
  box = new Element("div");
});

test("of three that only say something the oldest makes room for a fourth", () => {
  for (const text of ["one", "two", "three", "four"]) toast(text);
  assert.deepEqual(words(), ["two", "three", "four"]);
});

test("one with an undo stays, and what only says something goes first", () => {
  offer("Closed.");
  for (const text of ["two", "three", "four"]) toast(text);
  assert.deepEqual(words(), ["Closed.", "three", "four"]);
});

test("where all offer something a fourth stands beside them, and each undo still works", () => {
  const undone = [];
  for (const text of ["a", "b", "c", "d"]) offer(text, () => undone.push(text));
  toast("said");
  toast("said since");
  assert.deepEqual(words(), ["a", "b", "c", "d", "said since"]);
  box.children[0].querySelector("button").heard.click();
  assert.deepEqual([undone, words()], [["a"], ["b", "c", "d", "said since"]]);
});

test("an offer goes when its time is over", () => {
  offer("Closed.");
  mock.timers.tick(7999);
  assert.deepEqual(words(), ["Closed."]);
  mock.timers.tick(1);
  assert.deepEqual(words(), []);
});
