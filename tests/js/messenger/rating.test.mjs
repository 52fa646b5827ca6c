import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Problem } from "../../../static/messenger/frame/api.js";
import { memoryStore } from "../../../static/messenger/frame/store.js";
import { Ratings } from "../../../static/messenger/frame/views/rating.js";

let store;
let faults;
let stored;

beforeEach(() => {
  store = memoryStore();
  faults = [];
  stored = [];
});

/** A visitor's messenger, as far as ratings know it. */
function visitor() {
  const messenger = { store, learnt: [] };
  messenger.learn = (conversation) => messenger.learnt.push(conversation);
  messenger.api = {
    call: async (method, path, rating) => {
      const fault = faults.shift();
      if (fault) throw fault;
      stored.push([method, path, rating]);
      return { id: "cv_1", rating };
    },
  };
  messenger.ratings = new Ratings(messenger);
  return messenger;
}

const kept = async () => (await store.all("meta")).length;

test("a rating is on the device until the server has it", async () => {
  const { ratings, learnt } = visitor();
  await ratings.rate("cv_1", 4, "Kind");
  assert.deepEqual([await kept(), stored.length, ratings.get("cv_1").score], [1, 0, 4]);
  await ratings.flush();
  assert.deepEqual(stored, [["PUT", "conversations/cv_1/rating", { score: 4, comment: "Kind" }]]);
  assert.deepEqual([await kept(), ratings.get("cv_1")], [0, undefined]);
  assert.deepEqual(learnt[0].rating, { score: 4, comment: "Kind" });
});

test("without a network it waits, also for the next page", async () => {
  faults = [new Problem(0)];
  const first = visitor().ratings;
  await first.rate("cv_1", 2, "");
  await first.flush();
  assert.deepEqual([stored.length, await kept()], [0, 1]);
  const second = visitor().ratings;
  await second.flush();
  assert.deepEqual(stored.map(([, , { score }]) => score), [2]);
  assert.equal(await kept(), 0);
});

test("the last word stays the last", async () => {
  const { ratings } = visitor();
  await ratings.rate("cv_1", 1, "");
  const running = ratings.flush();
  await ratings.rate("cv_1", 5, "");
  await ratings.flush();
  await running;
  assert.equal(stored.at(-1)[2].score, 5);
  assert.equal(await kept(), 0);
});

test("a refused rating is not tried for ever", async () => {
  faults = [new Problem(409, { detail: "Only a closed conversation can be rated." })];
  const { ratings } = visitor();
  await ratings.rate("cv_1", 3, "");
  await ratings.flush();
  assert.deepEqual([await kept(), ratings.get("cv_1")], [0, undefined]);
});

test("after a sign-out nothing is sent any more", async () => {
  const messenger = visitor();
  await messenger.ratings.rate("cv_1", 3, "");
  const { ratings } = messenger;
  messenger.ratings = null;
  await ratings.flush();
  assert.deepEqual(stored, []);
});
