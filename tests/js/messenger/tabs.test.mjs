import assert from "node:assert/strict";
import { test } from "node:test";

import { heardDraft } from "../../../static/messenger/frame/views/tabs.js";

/** A tab in which a thread is open, or none; `said` is what it told the others. */
function tab(thread = "cv_1") {
  const said = [];
  const kept = [];
  const composer = { draft: thread, text: "", show: (body) => (composer.text = body) };
  const messenger = {
    visit: "0.5",
    drafts: new Map(),
    store: { put: async (shelf, row) => void kept.push([shelf, row.body]) },
    sending: { others: { postMessage: (draft) => said.push(draft) } },
  };
  return { messenger, view: thread ? { composer } : {}, composer, said, kept };
}

const draft = (body, at, more = {}) => ({ thread: "cv_1", body, at, visit: "0.5", ...more });

test("what is written in one tab stands in the other, letter by letter, until it is sent", () => {
  const other = tab();
  const shown = ["h", "he", ""].map((body, index) => {
    heardDraft(other, draft(body, index));
    return other.composer.text;
  });
  assert.deepEqual(shown, ["h", "he", ""]);
  assert.deepEqual([other.said, other.kept], [[], []]);
});

test("what comes late takes nothing away that was written since, and hears of it", () => {
  const other = tab();
  const own = draft("mine, and later", 20);
  other.messenger.drafts.set("cv_1", own);
  other.composer.text = own.body;
  heardDraft(other, draft("", 19));
  assert.equal(other.composer.text, "mine, and later");
  assert.deepEqual(other.said, [own]);
  assert.deepEqual(other.kept, [["drafts", "mine, and later"]]);
});

test("two tabs that wrote at once end with the same words, whichever hears first", () => {
  const tabs = [tab(), tab()];
  const told = [draft("from the first", 5), draft("from the second", 6)];
  tabs.forEach(({ messenger, composer }, index) => {
    messenger.drafts.set("cv_1", told[index]);
    composer.text = told[index].body;
  });
  heardDraft(tabs[1], told[0]);
  heardDraft(tabs[0], told[1]);
  for (const again of tabs[1].said) heardDraft(tabs[0], again);
  assert.deepEqual(tabs.map(({ composer }) => composer.text), ["from the second", "from the second"]);
});

test("what is written in another thread is known where that is opened, and changes no other", () => {
  for (const other of [tab("cv_2"), tab("")]) {
    heardDraft(other, draft("for the first", 1));
    assert.equal(other.composer.text, "");
    assert.equal(other.messenger.drafts.get("cv_1").body, "for the first");
  }
});

test("the words of one visitor are none of the next", () => {
  const other = tab();
  heardDraft(other, draft("a secret", 1, { visit: "0.7" }));
  assert.equal(other.composer.text, "");
  assert.equal(other.messenger.drafts.size, 0);
});
