import assert from "node:assert/strict";
import { test } from "node:test";
import { aheadOf, Kept, Memory } from "../../../static/inbox/memory.js";

const kept = (id) => ({ id, part: null, version: `"${id}"` });

function remembering(most) {
  const memory = new Memory(most);
  memory.isTrue = true;
  return memory;
}

test("what was used last is kept longest", () => {
  const memory = remembering(2);
  for (const id of ["a", "b"]) memory.keep(`/all/${id}/`, kept(id));
  memory.get("/all/a/");
  memory.keep("/all/c/", kept("c"));
  assert.deepEqual(
    ["a", "b", "c"].map((id) => memory.get(`/all/${id}/`)?.id),
    ["a", undefined, "c"],
  );
});

test("a conversation that has changed is forgotten in every list", () => {
  const memory = remembering();
  memory.keep("/all/a/", kept("a"));
  memory.keep("/you/a/", kept("a"));
  memory.keep("/all/b/", kept("b"));
  memory.forget("a");
  assert.equal(memory.get("/all/a/"), null);
  assert.equal(memory.get("/you/a/"), null);
  assert.equal(memory.get("/all/b/").id, "b");
});

test("what is on screen stays, as its own list draws it", () => {
  const memory = remembering();
  memory.keep("/all/a/", kept("a"));
  memory.keep("/you/a/", kept("a"));
  memory.here = "/all/a/";
  memory.forget("a", memory.here);
  assert.equal(memory.shown("a").id, "a");
  assert.equal(memory.shown("b"), null);
  assert.equal(memory.get("/you/a/"), null);
});

test("nothing is kept without a live connection, and what was kept before is gone", () => {
  const memory = new Memory();
  memory.keep("/all/a/", kept("a"));
  assert.equal(memory.get("/all/a/"), null);
  memory.isTrue = true;
  memory.keep("/all/a/", kept("a"));
  memory.isTrue = false;
  memory.isTrue = true;
  assert.equal(memory.get("/all/a/"), null);
});

for (const [what, happens] of [
  ["changes", (memory) => memory.forget("a")],
  ["may no longer be seen", (memory) => memory.clear()],
  ["loses its connection", (memory) => (memory.isTrue = false)],
]) {
  test(`an answer about what ${what} while it is under way is not kept`, async () => {
    const memory = remembering();
    const answer = Promise.withResolvers?.() ?? deferred();
    const coming = memory.expect("/all/a/", "a", () => answer.promise);
    assert.ok(memory.coming("/all/a/") && memory.has("/all/a/"));
    happens(memory);
    memory.isTrue = true;
    answer.resolve(kept("a"));
    assert.equal(await coming, null);
    assert.equal(memory.get("/all/a/"), null);
    assert.equal(memory.coming("/all/a/"), null);
  });
}

for (const [what, happens] of [
  ["changes", (memory) => memory.forget("a")],
  ["may no longer be seen", (memory) => memory.clear()],
]) {
  test(`what ${what} while it is put on the screen is not kept as it was`, () => {
    const memory = remembering();
    const answer = memory.await("a");
    happens(memory);
    memory.keep("/all/a/", kept("a"), answer);
    assert.equal(memory.get("/all/a/"), null);
    memory.keep("/all/a/", kept("a"), memory.await("a"));
    assert.equal(memory.get("/all/a/").id, "a");
  });
}

test("a prepared copy is shown once, and never an old one", () => {
  let made = 0;
  globalThis.document = { importNode: (part) => ({ ...part, number: (made += 1) }) };
  const one = new Kept("a", { words: "old" }, "");
  one.prepare();
  one.prepare();
  assert.equal(made, 1);
  assert.deepEqual([one.take().number, one.take().number], [1, 2]);
  one.prepare();
  one.change((part) => (part.words = "new"));
  assert.equal(one.take().words, "new");
});

test("what was on its way is there for whoever waits for it", async () => {
  const memory = remembering();
  const coming = memory.expect("/all/a/", "a", async () => kept("a"));
  assert.equal((await coming).id, "a");
  assert.equal(memory.get("/all/a/").id, "a");
});

test("what does not come is nothing, and can be fetched again", async () => {
  const memory = remembering();
  assert.equal(await memory.expect("/all/a/", "a", () => Promise.reject(new Error("no"))), null);
  assert.equal(memory.has("/all/a/"), false);
});

test("ahead are the next three in the direction of travel, then the one left behind", () => {
  assert.deepEqual(aheadOf(4, 1, 25), [5, 6, 7, 3]);
  assert.deepEqual(aheadOf(4, -1, 25), [3, 2, 1, 5]);
  assert.deepEqual(aheadOf(23, 1, 25), [24, 22]);
  assert.deepEqual(aheadOf(0, -1, 25), [1]);
});

test("who has chosen nothing walks nowhere", () => {
  assert.deepEqual(aheadOf(-1, 1, 25), []);
});

function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}
