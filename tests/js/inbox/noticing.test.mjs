import assert from "node:assert/strict";
import { test } from "node:test";

import { askedFor, openPlace } from "../../../static/inbox/noticing.js";

const KNOWN = [
  ["Email", "dora@acme.test"],
  ["Plan", "pro"],
  ["Order number", "A-5521"],
  ["Browser", "Firefox"],
];

test("a question that names what is known is noticed", () => {
  assert.deepEqual(askedFor("Hi! Which plan are you on?", KNOWN), ["Plan", "pro"]);
  assert.deepEqual(askedFor("What's your e-mail?", KNOWN)?.[0], "Email");
  assert.deepEqual(askedFor("Could you tell me your order number?", KNOWN)?.[0], "Order number");
  assert.deepEqual(askedFor("Which browsers do you use?", KNOWN)?.[0], "Browser");
});

test("what is no question, or asks for something else, is not", () => {
  assert.equal(askedFor("Your plan is fine.", KNOWN), null);
  assert.equal(askedFor("I will look at the plan. Can you wait?", KNOWN), null);
  assert.equal(askedFor("Are you planning a trip?", KNOWN), null);
  assert.equal(askedFor("Did you see https://x.example/plan?", KNOWN), null);
  assert.equal(askedFor("", KNOWN), null);
});

test("who says the value does not ask for it", () => {
  assert.equal(askedFor("You are on the Pro plan, right?", KNOWN), null);
});

test("a place of a macro that stayed open is found", () => {
  assert.equal(openPlace("Hi {{contact.first_name}}, thanks"), "{{contact.first_name}}");
  assert.equal(openPlace("Hi Dora"), "");
});
