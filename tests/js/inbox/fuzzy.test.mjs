import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, fitting } from "../../../static/inbox/fuzzy.js";

const names = ["Snooze", "Assign", "All open", "Unassigned", "Close, open again", "Reply", "Notes"];
const find = (typed) => fitting(typed, names, (name) => name);

test("letters in order are enough, the beginning counts most", () => {
  assert.equal(find("ass")[0], "Assign");
  assert.equal(find("ao")[0], "All open");
  assert.deepEqual(find("snz"), ["Snooze"]);
  assert.deepEqual(find("xyz"), []);
});

test("a whole word comes before what only begins with it", () => {
  const near = fitting("close", ["Closed", "Close, open again"], (name) => name);
  assert.deepEqual(near, ["Close, open again", "Closed"]);
});

test("nothing typed leaves all in their order", () => {
  assert.deepEqual(find(""), names);
  assert.deepEqual(find("  "), names);
});

test("case and accents do not matter", () => {
  assert.ok(fit("muller", "Müller") > 0);
  assert.ok(fit("MÜL", "muller") > 0);
  assert.equal(fit("z", "Müller"), 0);
});
