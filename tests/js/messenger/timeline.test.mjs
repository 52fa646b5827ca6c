import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../../static/messenger/frame/timeline.js";

const message = (seq, client_id = null) => ({ id: `msg_${seq}`, seq, client_id });
const range = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const seqs = (timeline) => timeline.messages.map(({ seq }) => seq);

function loaded(...messages) {
  const timeline = new Timeline();
  timeline.reset(messages);
  return timeline;
}

test("messages that come in any order, and twice, stand once and in order", () => {
  const timeline = loaded(message(1));
  for (const seq of [4, 2, 2, 5, 1, 3, 3, 5]) timeline.apply([message(seq)]);
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
});

test("what comes ahead of its turn waits for what is missing", () => {
  const timeline = loaded(message(1), message(2));
  timeline.apply([message(5)]);
  assert.equal(timeline.lastSeq, 2);
  timeline.apply([message(3), message(4)]);
  assert.deepEqual(seqs(timeline), [1, 2, 3, 4, 5]);
});

test("a frame that comes before the first page is kept for it", () => {
  const timeline = new Timeline();
  timeline.apply([message(53)]);
  timeline.reset(range(3, 52));
  assert.equal(timeline.firstSeq, 3);
  assert.equal(timeline.lastSeq, 53);
});

test("frames that the first page already holds leave nothing behind", () => {
  const timeline = new Timeline();
  timeline.apply([message(2), message(3)]);
  timeline.reset(range(1, 3));
  assert.deepEqual(seqs(timeline), [1, 2, 3]);
});

test("older pages go in front, and only where they fit", () => {
  const timeline = loaded(...range(51, 60));
  assert.equal(timeline.hasOlder, true);
  const firsts = [range(1, 40), range(41, 50), range(41, 52), range(1, 45)].map((page) => {
    timeline.prepend(page);
    return timeline.firstSeq;
  });
  assert.deepEqual(firsts, [51, 41, 41, 1]);
  assert.deepEqual(seqs(timeline), range(1, 60).map(({ seq }) => seq));
  assert.equal(timeline.hasOlder, false);
});

test("a message on its way is shown last, until the stored one with its id is there", () => {
  const timeline = loaded(message(1));
  const outgoing = [{ client_id: "a" }, { client_id: "b" }];
  assert.deepEqual(
    timeline.entries(outgoing).map(({ key }) => key),
    ["msg_1", "a", "b"],
  );
  timeline.apply([message(2, "a"), message(3)]);
  assert.deepEqual(
    timeline.entries(outgoing).map(({ key }) => key),
    ["msg_1", "a", "msg_3", "b"],
  );
});

test("an empty thread has nothing older and takes its first message", () => {
  const timeline = loaded();
  assert.equal(timeline.hasOlder, false);
  timeline.apply([message(1)]);
  assert.deepEqual(seqs(timeline), [1]);
});

const says = (seq, type, name, kind = "reply") => ({
  ...message(seq),
  kind,
  author: { type, name, id: type === "bot" ? null : name },
});
const joining = (timeline) =>
  timeline.messages.filter((one) => timeline.isJoining(one)).map(({ seq }) => seq);

test("a person comes in once, after a bot or somebody else had answered", () => {
  const timeline = loaded(
    says(1, "contact", "Dora"),
    says(2, "bot", "Guide"),
    says(3, "teammate", "Ben"),
    says(4, "contact", "Dora"),
    says(5, "teammate", "Ada"),
    says(6, "teammate", "Ben"),
  );
  assert.deepEqual(joining(timeline), [3, 5]);
  timeline.apply([says(7, "teammate", "Cleo")]);
  assert.deepEqual(joining(timeline), [3, 5, 7]);
});

test("nobody comes in who answers first of all, or whose first words may be further up", () => {
  assert.deepEqual(joining(loaded(says(1, "contact", "Dora"), says(2, "teammate", "Ben"))), []);
  const timeline = loaded(says(2, "bot", "Guide"), says(3, "teammate", "Ben"));
  assert.deepEqual(joining(timeline), []);
  timeline.prepend([says(1, "teammate", "Ben")]);
  assert.deepEqual(joining(timeline), []);
});

test("a part of a thread is stored messages, then what is on its way", () => {
  const timeline = loaded(message(1, "a"), message(2, "b"), message(3, "c"));
  const outgoing = ["c", "d", "e"].map((id) => ({ client_id: id }));
  const keys = (...part) => timeline.entries(outgoing, ...part).map(({ key }) => key);
  assert.deepEqual(keys(), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(keys(1, 4), ["b", "c", "d"]);
  assert.deepEqual(keys(3), ["d", "e"]);
  assert.deepEqual(keys(4, 9), ["e"]);
  assert.equal(timeline.tail(outgoing).length, 2);
  timeline.reset([message(9)]);
  assert.deepEqual(keys(), ["msg_9", "c", "d", "e"]);
});

test("what the visitor wrote is shown before all that came before it is here", () => {
  const mine = (seq) => ({ ...message(seq, `c${seq}`), author: { type: "contact" } });
  const timeline = loaded(message(1));
  timeline.apply([mine(5), mine(3), { ...message(4), author: { type: "teammate" } }]);
  const shown = () => timeline.entries([{ client_id: "c5" }]).map(({ key }) => key);
  assert.deepEqual(shown(), ["msg_1", "c3", "c5"]);
  timeline.apply([{ ...message(2), author: { type: "teammate" } }]);
  assert.deepEqual(shown(), ["msg_1", "msg_2", "c3", "msg_4", "c5"]);
});

test("a page that was under way while news came takes none of it back", () => {
  const timeline = loaded(message(1), message(2), message(3));
  timeline.reset([message(1), message(2)]);
  assert.deepEqual(timeline.messages.map(({ seq }) => seq), [1, 2, 3]);
});

test("what a conversation began with stands above its first message, once that is here", () => {
  const timeline = loaded(...range(3, 4));
  timeline.beginning = [message(0, "a"), message(0, "b")];
  const keys = (...window) => timeline.entries([], ...window).map(({ key }) => key);
  assert.deepEqual(keys(), ["msg_3", "msg_4"]);
  assert.deepEqual([timeline.length, timeline.top], [2, 3]);
  timeline.prepend(range(1, 2));
  assert.deepEqual(keys(), ["a", "b", "msg_1", "msg_2", "msg_3", "msg_4"]);
  assert.deepEqual(keys(1, 3), ["b", "msg_1"]);
  assert.deepEqual([timeline.length, timeline.top], [6, -1]);
  assert.equal(timeline.lastSeq, 4);
});

test("a conversation in which nothing was said yet shows what it began with", () => {
  const timeline = loaded();
  timeline.beginning = [message(0, "a")];
  const outgoing = [{ client_id: "b" }];
  assert.deepEqual(timeline.entries(outgoing).map(({ key }) => key), ["a", "b"]);
  assert.deepEqual([timeline.length, timeline.lastSeq, timeline.hasOlder], [1, 0, false]);
  timeline.apply([message(1, "b")]);
  assert.deepEqual(timeline.entries(outgoing).map(({ key }) => key), ["a", "b"]);
});
