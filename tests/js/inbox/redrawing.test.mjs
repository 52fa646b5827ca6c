/** What a whole new page brings into the one on screen, and what it leaves alone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

class Element {
  dataset = {};
  attributes = {};
  /** @type {Record<string, Element[]>} what a selector finds */
  held = {};
  innerHTML = "";
  textContent = "";
  title = "";

  constructor(more = {}) { Object.assign(this, more); }
  querySelectorAll(selector) { return this.held[selector] || []; }
  querySelector(selector) { return this.querySelectorAll(selector)[0] || null; }
  getAttribute(name) { return this.attributes[name] ?? null; }
  hasAttribute(name) { return name in this.attributes; }
  matches(selector) { return this.is === selector; }
  replaceWith(other) { this.replaced = other; }
  before(other) { this.prior = other; }
  remove() { this.isGone = true; }
}

class Box extends Element {
  checked = false;
}

const KEYS = "#keys .keys-body, .rail-find, .list-foot, .list-empty, .nothing > .empty, .side-send small";
const TITLES =
  "[data-search-here], [data-menu=order] summary, [data-many-none], [data-open-macros], [data-preview]";
const WRITING = "inbox-composer, .read-only";
const KINDS = '.composer [name="kind"]';

/** A page with a conversation on it. */
function pageOf({ kinds = ["reply", "note"], name = "Dora", id = "cv_1" } = {}) {
  const text = new Element({ placeholder: "Write…", attributes: { placeholder: `Write to ${name}…` } });
  const composer = new Element({ is: "inbox-composer", kind: "reply", replyHint: "", text });
  composer.dataset = { hold: "0", contactName: name };
  composer.held = {
    ".audience": [new Element({ textContent: `${name} reads this` })],
    "[data-holding]": [new Box()],
    ".menu-hint": [],
    textarea: [text],
  };
  const page = new Element({ documentElement: new Element(), body: new Element() });
  page.documentElement.dataset = { density: "comfortable", theme: "dark" };
  page.held = {
    [KEYS]: [new Element({ innerHTML: "e closes" })],
    [TITLES]: [new Element({ title: "Macros (/)" })],
    "[data-single-keys]": [new Box({ attributes: { checked: "" } })],
    "[data-open-palette]": [new Element({ hidden: true })],
    [WRITING]: [composer],
    [KINDS]: kinds.map((kind) => new Element({ attributes: { value: kind } })),
  };
  page.places = {
    conversation: new Element({ dataset: { conversation: id } }),
    me: new Element(),
  };
  page.getElementById = (place) => page.places[place] || null;
  return { page, composer };
}

globalThis.HTMLInputElement = Box;
let [old, fresh] = [pageOf(), pageOf()];
globalThis.DOMParser = class {
  parseFromString() { return fresh.page; }
};
const { redraw } = await import("../../../static/inbox/redrawing.js");

function show() {
  globalThis.document = old.page;
  redraw("<html>");
}

beforeEach(() => {
  [old, fresh] = [pageOf(), pageOf()];
});

test("other keys, rows closer together and other rights are shown; what is this browser's stays", () => {
  fresh.page.documentElement.dataset = { density: "compact" };
  fresh.page.body.dataset = { admin: "" };
  fresh.page.held[KEYS][0].innerHTML = "y closes";
  fresh.page.held[TITLES][0].title = "Macros (m)";
  fresh.page.held["[data-single-keys]"][0].attributes = {};
  old.page.held["[data-single-keys]"][0].checked = true;
  show();
  assert.deepEqual(old.page.documentElement.dataset, { density: "compact", theme: "dark" });
  assert.equal(old.page.body.dataset.admin, "");
  assert.equal(old.page.held[KEYS][0].innerHTML, "y closes");
  assert.equal(old.page.held[TITLES][0].title, "Macros (m)");
  assert.equal(old.page.held["[data-single-keys]"][0].checked, false);
  assert.equal(old.page.held["[data-open-palette]"][0].hidden, false);
});

test("who is written to goes by another name where one writes, and nothing written is touched", () => {
  fresh = pageOf({ name: "Dora Berg" });
  const beginning = new Element({ innerHTML: "Dora wrote from a page" });
  old.page.held["#thread .beginning"] = [beginning];
  fresh.page.held["#thread .beginning"] = [new Element({ innerHTML: "Dora Berg wrote from a page" })];
  fresh.composer.dataset.enter = "";
  fresh.composer.held["[data-holding]"][0].attributes = { checked: "" };
  old.composer.text.value = "Half a sentence";
  show();
  assert.deepEqual(old.composer.dataset, { hold: "0", contactName: "Dora Berg", enter: "" });
  assert.equal(old.composer.text.placeholder, "Write to Dora Berg…");
  assert.equal(old.composer.held[".audience"][0].textContent, "Dora Berg reads this");
  assert.equal(old.composer.held["[data-holding]"][0].checked, true);
  assert.equal(old.composer.text.value, "Half a sentence");
  assert.equal(beginning.innerHTML, "Dora Berg wrote from a page");
  assert.equal(old.composer.replaced, undefined);
});

test("who may only write notes now has another composer; another conversation's is left alone", () => {
  fresh = pageOf({ kinds: ["note"] });
  show();
  assert.equal(old.composer.replaced, fresh.composer);
  [old, fresh] = [pageOf(), pageOf({ kinds: ["note"], id: "cv_2" })];
  show();
  assert.equal(old.composer.replaced, undefined);
});

test("first steps come, go on and go", () => {
  const STEPS = ".rail-steps";
  const [one, two] = [new Element(), new Element()];
  fresh.page.held[STEPS] = [two];
  show();
  assert.equal(old.page.places.me.prior, two);
  old.page.held[STEPS] = [one];
  show();
  assert.equal(one.replaced, two);
  fresh.page.held[STEPS] = [];
  show();
  assert.equal(one.isGone, true);
});
