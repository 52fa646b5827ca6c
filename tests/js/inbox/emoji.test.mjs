import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document ??= { body: { dataset: {} } };
const { namedEmoji } = await import("../../../static/inbox/emoji.js");
const { allSigns, emojiLike } = await import("../../../static/inbox/signs.js");

test("a colon and two letters name an emoji; times and addresses do not", () => {
  assert.deepEqual(namedEmoji("Thanks :Ta"), { start: 7, name: "ta" });
  assert.equal(namedEmoji("at 10:30"), null);
  assert.equal(namedEmoji("https://a.example"), null);
  assert.equal(namedEmoji("so :t"), null);
  assert.equal(namedEmoji("note: it"), null);
});

test("those that begin so come before those with a further word", () => {
  const names = emojiLike("heart").map(({ name }) => name);
  assert.equal(names[0], "heart_eyes");
  assert.ok(names.indexOf("heart") < names.indexOf("kissing_heart"));
  assert.deepEqual(emojiLike("tada"), [{ name: "tada", sign: "🎉" }]);
  assert.deepEqual(emojiLike("nothing"), []);
});

test("every sign is offered once, with all its names", () => {
  const signs = allSigns();
  assert.equal(new Set(signs.map(({ sign }) => sign)).size, signs.length);
  assert.ok(signs.length > 100);
  assert.equal(signs.find(({ sign }) => sign === "👍")?.words, "thumbs up, +1");
});
