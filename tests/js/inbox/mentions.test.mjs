import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {}, body: { dataset: {} } };
const { namedMention, warningsOf } = await import("../../../static/inbox/mentions.js");

test("an @ that begins a word looks for a name", () => {
  assert.deepEqual(namedMention("Ask @be"), { start: 4, name: "be" });
  assert.deepEqual(namedMention("(@"), { start: 1, name: "" });
  assert.deepEqual(namedMention("@Ben Ok"), { start: 0, name: "Ben Ok" });
});

test("an address, and a sentence after a name, look for nobody", () => {
  assert.equal(namedMention("ben@lumen"), null);
  assert.equal(namedMention("@Ben Okafor can you look"), null);
  assert.equal(namedMention("no name here"), null);
});

test("a warning is said of those whom the text names", () => {
  const blind = new Map([["@Ben Okafor", "Ben will not see this."]]);
  assert.deepEqual(warningsOf("hi @ben okafor", blind), ["Ben will not see this."]);
  assert.deepEqual(warningsOf("hi Ben", blind), []);
});
