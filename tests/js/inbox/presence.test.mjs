import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {}, body: { dataset: {} } };
const { wordsFor } = await import("../../../static/inbox/presence.js");

const person = (name) => ({ id: name, name, initials: name[0], tint: "", picture: null });

test("those who look are named, who types first", () => {
  const [ana, ben, cy] = ["Ana", "Ben", "Cy"].map(person);
  assert.equal(wordsFor([ana], new Set()), "Ana is looking");
  assert.equal(wordsFor([ana, ben], new Set()), "Ana and Ben are looking");
  assert.equal(wordsFor([ana, ben], new Set(["Ben"])), "Ben is typing, Ana is looking");
  assert.equal(wordsFor([ana, ben, cy], new Set()), "Ana and 2 others are looking");
  assert.equal(wordsFor([], new Set()), "");
});
