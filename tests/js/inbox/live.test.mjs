/** How a page reacts to frames that all screens hear: what it asks for, how seldom, what it shows. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { addressOf, Part, screen, start } from "./screen.mjs";

screen.rows = ["cv_1"];
const { go } = await start();
await go(addressOf("cv_1"));
await screen.pass(10_000);

beforeEach(async () => {
  await screen.pass(10_000);
  screen.found = { ".app": screen.found[".app"] };
  screen.count();
});

const AROUND = { head: 1, record: 1 };
const ALL = { ...AROUND, views: 1, rows: 1, bell: 1 };

test("another name is asked for once, everywhere that may show it, at a moment of one's own", async () => {
  screen.hear({ type: "names" });
  await screen.pass(4000);
  assert.deepEqual(screen.count(), {});
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), ALL);
});

test("a burst of a hundred new names costs each part two requests", async () => {
  for (let name = 0; name < 100; name += 1) {
    screen.hear({ type: "names" });
    await screen.pass(100, 100);
  }
  await screen.pass(20_000);
  assert.deepEqual(screen.count(), { head: 2, record: 2, views: 2, rows: 2, bell: 2 });
});

test("what there is to choose concerns no list and no rail", async () => {
  const many = (screen.places.many = new Part("many"));
  many.setAttribute("data-filled");
  for (let tag = 0; tag < 20; tag += 1) screen.hear({ type: "choices" });
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), AROUND);
  assert.equal(many.hasAttribute("data-filled"), false);
});

test("a customer who does a hundred things in a minute costs one look in five seconds", async () => {
  for (let event = 0; event < 100; event += 1) {
    screen.hear({ type: "did", contact: "ct_1" });
    await screen.pass(600, 600);
  }
  await screen.pass(10_000);
  const { record, ...others } = screen.count();
  assert.ok(record >= 12 && record <= 13, `${record} looks at the record`);
  assert.deepEqual(others, {});
});

test("while somebody is at the record, what the customer does waits", async () => {
  screen.found["#about :is(:active, :focus, [data-further])"] = [new Part()];
  screen.hear({ type: "did", contact: "ct_1" });
  await screen.pass(30_000);
  assert.deepEqual(screen.count(), {});
  screen.found = {};
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), { record: 1 });
});

test("a tab that nobody sees asks for none of it, and once for each when it is seen", async () => {
  screen.hide(true);
  for (const type of ["names", "choices", "did", "me"]) {
    for (let time = 0; time < 10; time += 1) screen.hear({ type, contact: "ct_1" });
  }
  await screen.pass(60_000);
  assert.deepEqual(screen.count(), {});
  screen.hide(false);
  await screen.pass(15_000);
  const { record, ...others } = screen.count();
  const { bell, ...rest } = others;
  assert.deepEqual(rest, { me: 1, views: 1, rows: 1, head: 1 });
  assert.ok(bell >= 1 && bell <= 2, `${bell} looks at the bell`);
  assert.ok(record >= 1 && record <= 2, `${record} looks at the record`);
});

/** Where whoever is away is said to be so: among assignees, and among those whom one may ask. */
const MATE = '#head [name=assignee][value="mate_2"], .side-choices label:has([value="mate_2"]:enabled)';

/** A row of the picker of assignees. */
function mate(sign) {
  const row = Object.assign(new Part(), { append: (small) => (row.parts.small = small) });
  if (sign) row.append(sign);
  return row;
}

test("who goes away or comes back is shown without a question", async () => {
  const row = mate();
  screen.found[MATE] = [row];
  screen.hear({ type: "away", teammate: "mate_2", is_away: true });
  assert.equal(row.parts.small.textContent, "Away");
  const gone = Object.assign(new Part(), { remove: () => delete row.parts.small });
  row.parts.small = gone;
  screen.hear({ type: "away", teammate: "mate_2", is_away: false });
  assert.equal(row.parts.small, undefined);
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), {});
});

test("who goes away while the head is under way is away in the head that comes", async () => {
  const { ask } = globalThis.fake;
  let answer = () => {};
  globalThis.fake.ask = async (...all) => {
    const response = await ask(...all);
    if (all[1].part === "head") await new Promise((resolve) => (answer = resolve));
    return response;
  };
  const [old, fresh] = [mate(), mate()];
  const here = MATE;
  screen.found[here] = [old];
  screen.hear({ type: "record", contact: "ct_1" });
  await screen.pass(1000);
  screen.hear({ type: "away", teammate: "mate_2", is_away: true });
  screen.found[here] = [fresh];
  globalThis.fake.ask = ask;
  answer();
  await screen.pass(1000);
  assert.equal(fresh.parts.small?.textContent, "Away");
});

test("another face takes the place of the old one, also in the words one is about to write", async () => {
  const placed = [];
  const face = () => ({ replaceWith: (...fresh) => placed.push(...fresh) });
  const here = '[data-face="mate_2"]';
  screen.found[here] = [face(), face()];
  const content = { querySelectorAll: (selector) => (selector === here ? [face()] : []) };
  screen.found["template[data-own]"] = [{ content }];
  screen.hear({ type: "face", teammate: "mate_2", html: "face mate_2" });
  assert.deepEqual(placed.map(({ id }) => id), ["face", "face", "face"]);
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), {});
});

test("one's own menu is asked for, but not while it is open", async () => {
  screen.found["#me :is([open], .htmx-request)"] = [new Part()];
  screen.hear({ type: "me" });
  await screen.pass(30_000);
  assert.deepEqual(screen.count(), {});
  screen.found = {};
  await screen.pass(10_000);
  assert.deepEqual(screen.count(), { me: 1, bell: 1 });
});

test("other keys, another density or other rights are shown by a whole new page, once", async () => {
  document.body.dataset.redraw =
    "data:text/javascript,export const redraw = (html) => { globalThis.redrawn = html; }";
  let told = 0;
  document.addEventListener("inbox:redrawn", () => (told += 1), { once: true });
  const many = (screen.places.many = new Part("many"));
  many.setAttribute("data-filled");
  for (let wish = 0; wish < 5; wish += 1) screen.hear({ type: "me", is_all: true });
  await screen.pass(10_000);
  // To load a module takes as long as it takes.
  while (!told) await new Promise((resolve) => setImmediate(resolve));
  const { "": whole, me, ...rest } = screen.count();
  assert.deepEqual([whole, me], [1, 1]);
  assert.deepEqual(rest, { ...AROUND, views: 1, bell: 1 });
  assert.deepEqual([globalThis.redrawn, told], [" ", 1]);
  assert.equal(many.hasAttribute("data-filled"), false);
});

test("whoever chooses a macro hears that there are others, and nobody else is asked to ask", async () => {
  let told = 0;
  document.addEventListener("inbox:macros", () => (told += 1), { once: true });
  const many = (screen.places.many = new Part("many"));
  many.setAttribute("data-filled");
  screen.hear({ type: "macros" });
  await screen.pass(10_000);
  assert.deepEqual([told, many.hasAttribute("data-filled"), screen.count()], [1, false, {}]);
});

test("a name that an open side conversation shows is asked for there as well", async () => {
  let told = 0;
  document.addEventListener("inbox:names", () => (told += 1), { once: true });
  screen.hear({ type: "choices" });
  await screen.pass(10_000);
  assert.equal(told, 1);
});

test("how the customer's other conversations stand is asked for, seldom; a stranger's is not", async () => {
  const body = new Part("", { contact: "ct_1", rating: "" });
  body.parts['[href*="/cv_company/"]'] = new Part();
  screen.found[".record-body"] = [body];
  const state = { status: "closed", tags: [] };
  const tell = (id, contact) =>
    screen.hear({ type: "conversation", conversation: id, version: 2, state: { ...state, contact } });
  for (let word = 0; word < 10; word += 1) tell("cv_stranger", "ct_2");
  await screen.pass(10_000);
  assert.equal(screen.count().record, undefined);
  for (let word = 0; word < 10; word += 1) tell("cv_earlier", "ct_1");
  await screen.pass(10_000);
  assert.equal(screen.count().record, 1);
  for (let word = 0; word < 10; word += 1) tell("cv_company", "ct_3");
  await screen.pass(10_000);
  assert.equal(screen.count().record, 1);
});

test("a snooze until another time, and a customer who is upset, make the head an old one", async () => {
  const { isHeadOld } = await import("../../../static/inbox/refreshing.js");
  const until = "2026-11-24T09:00:00.000000+00:00";
  const state = {
    status: "snoozed", assignee: null, team: null, priority: "normal", tags: [], due_at: "",
    waiting_since: null, snoozed_until: until, is_upset: false,
  };
  const head = {
    status: "snoozed", assignee: "", team: "", priority: "normal", tags: "", due: "", snoozed: until,
  };
  const { head: was } = screen.places;
  screen.places.head = new Part("head", head);
  assert.equal(isHeadOld(state), false);
  assert.equal(isHeadOld({ ...state, snoozed_until: until.replace("24", "25") }), true);
  assert.equal(isHeadOld({ ...state, is_upset: true }), true);
  screen.places.head = new Part("head", { ...head, upset: "" });
  assert.equal(isHeadOld(state), true);
  assert.equal(isHeadOld({ ...state, is_upset: true }), false);
  screen.places.head = was;
});

test("an admin's first steps follow what others do, while there are any", async () => {
  screen.found[".rail-steps"] = [new Part()];
  screen.hear({ type: "choices" });
  await screen.pass(10_000);
  assert.equal(screen.count()[""], 1);
  screen.found = {};
  screen.hear({ type: "choices" });
  await screen.pass(10_000);
  assert.equal(screen.count()[""], undefined);
});
