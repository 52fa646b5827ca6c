import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { spaced, spacedWhileSeen } from "../../../static/inbox/spacing.js";

const COUNTS = [3000, 250];
let ran = 0;
const work = () => (ran += 1);

beforeEach(() => {
  ran = 0;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
});

test("a hundred calls in a second cost two runs, the last of them after the last call", () => {
  const soon = spaced(work, ...COUNTS);
  for (let call = 0; call < 100; call += 1) {
    soon();
    mock.timers.tick(10);
  }
  assert.equal(ran, 1);
  mock.timers.tick(10_000);
  assert.equal(ran, 2);
});

test("an hour of a frame every second costs one run in three seconds", () => {
  const soon = spaced(work, ...COUNTS);
  for (let second = 0; second < 3600; second += 1) {
    soon();
    mock.timers.tick(1000);
  }
  assert.ok(ran >= 1190 && ran <= 1200, `${ran} runs`);
});

test("nothing asked, nothing done, however long", () => {
  spaced(work, ...COUNTS);
  mock.timers.tick(3_600_000);
  assert.equal(ran, 0);
});

test("a page that nobody sees asks for nothing and makes up for it once", () => {
  const page = new EventTarget();
  page.hidden = true;
  globalThis.document = page;
  const soon = spacedWhileSeen(work, ...COUNTS);
  for (let second = 0; second < 3600; second += 1) {
    soon();
    mock.timers.tick(1000);
  }
  assert.equal(ran, 0);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  mock.timers.tick(3000);
  assert.equal(ran, 1);
  page.dispatchEvent(new Event("visibilitychange"));
  mock.timers.tick(10_000);
  assert.equal(ran, 1);
});
