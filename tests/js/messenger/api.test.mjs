import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, Problem } from "../../../static/messenger/frame/api.js";

/** An API whose server takes one token only; each renewal brings the next of `renewals`. */
function spoken(valid, renewals) {
  const asked = [];
  const api = new Api({
    base: "/",
    renew: async () => {
      const next = renewals.shift();
      if (!next) throw new Error("The page does not answer.");
      return next;
    },
    onReach: () => {},
  });
  globalThis.fetch = async (path, { method, headers }) => {
    asked.push([method, headers.Authorization.slice(7)]);
    const status = headers.Authorization === `Bearer ${valid}` ? 200 : 401;
    return new Response("{}", { status });
  };
  api.token = "old";
  return { api, asked };
}

const isTransient = (problem) => problem instanceof Problem && problem.isTransient;

test("a question is asked again with the new token", async () => {
  const { api, asked } = spoken("new", ["new"]);
  assert.deepEqual(await api.call("GET", "conversations"), {});
  assert.deepEqual(asked, [
    ["GET", "old"],
    ["GET", "new"],
  ]);
});

test("what somebody wrote does not go out under a token that may be another's", async () => {
  const { api, asked } = spoken("new", ["new"]);
  await assert.rejects(api.call("POST", "conversations", {}), isTransient);
  assert.deepEqual(asked, [["POST", "old"]]);
  assert.deepEqual(await api.call("POST", "conversations", {}), {});
});

test("a page that gives no new token makes it a matter of time", async () => {
  const { api } = spoken("new", []);
  await assert.rejects(api.call("GET", "conversations"), isTransient);
  await assert.rejects(api.call("POST", "conversations", {}), isTransient);
});

test("many refusals ask for one new token", async () => {
  const { api } = spoken("new", ["new"]);
  const answers = await Promise.all([1, 2, 3].map(() => api.call("GET", "conversations")));
  assert.deepEqual(answers, [{}, {}, {}]);
});
