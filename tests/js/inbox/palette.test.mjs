import assert from "node:assert/strict";
import { register } from "node:module";
import { beforeEach, mock, test } from "node:test";

// The modules that the palette leans on answer from here; it itself is the real one.
const NAMES = {
  ask: ["ask", "elementsOf"],
  choosing: ["chosenIds", "doMany", "isChoosing"],
  composer: ["composer"],
  keys: ["commands", "perform", "withOne"],
  page: ["conversation", "hear", "store"],
  places: ["go"],
};
const sources = Object.fromEntries(Object.entries(NAMES).map(([file, names]) => [
  `./${file}.js`,
  names.map((name) => `export const ${name} = (...all) => globalThis.fake.${name}(...all);`).join("\n"),
]));
register(`data:text/javascript,${encodeURIComponent(`
  const sources = ${JSON.stringify(sources)};
  export const resolve = (name, context, next) => sources[name]
    ? { url: "data:text/javascript," + encodeURIComponent(sources[name]), shortCircuit: true }
    : next(name, context);
`)}`);

class Place {
  dataset = {};
  held = [];
  classes = new Set();
  heard = {};
  classList = {
    toggle: (name, isOn) => (isOn ? this.classes.add(name) : this.classes.delete(name)),
    contains: (name) => this.classes.has(name),
  };
  addEventListener(name, run) { this.heard[name] = run; }
  append(...held) { this.held.push(...held); }
  replaceChildren() { this.held = []; }
  querySelectorAll(selector) {
    if (selector === "[data-found]") return this.held.filter(({ isFound }) => isFound);
    return this.held.flatMap((each) => each.options || []);
  }
  attributes = {};
  setAttribute(name, value) { this.attributes[name] = value; }
  removeAttribute() {}
  scrollIntoView() {}
  close() {}
}

const parts = { input: new Place(), '[role="listbox"]': new Place(), '[role="status"]': new Place() };
const dialog = Object.assign(new Place(), { querySelector: (name) => parts[name] });
dialog.dataset = { url: "/palette/" };
globalThis.document = {
  getElementById: () => dialog,
  querySelectorAll: () => [],
  createElement: () => new Place(),
};

let screen = "";
let chosen = [];
let opened = () => {};
const others = {};
let served = ["Hi Dora"];
let many = [];
let used = [];
let asked = [];
let table = [];
const text = { focus() {}, selectionStart: 1, selectionEnd: 2 };

globalThis.fake = {
  chosenIds: () => chosen,
  isChoosing: () => chosen.length > 0,
  doMany: (...all) => many.push(all),
  composer: () => (screen ? { text, use: (macro) => used.push([screen, macro]) } : null),
  commands: () => table,
  // As the real one: what is chosen comes on screen first.
  withOne(run) {
    [screen] = [...chosen, screen];
    run();
  },
  conversation: () => screen,
  hear: (name, run) => {
    if (name === "inbox:palette") opened = run;
    else others[name] = run;
  },
  ask: async (url) => {
    asked.push(new URL(url, "http://x").searchParams.get("in"));
    return { text: async () => "" };
  },
  elementsOf() {
    const options = served.map((body) => {
      const option = Object.assign(new Place(), { querySelectorAll: () => [], textContent: body });
      option.dataset = { macro: "mac_1", body };
      return option;
    });
    const list = parts['[role="listbox"]'];
    const group = { options, querySelectorAll: () => options };
    group.toggleAttribute = () => (group.isFound = true);
    group.remove = () => list.held.splice(list.held.indexOf(group), 1);
    return [group];
  },
};

mock.timers.enable({ apis: ["setTimeout"] });
await import("../../../static/inbox/palette.js");

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function offer() {
  parts.input.value = "care";
  opened();
  mock.timers.tick(200);
  await settled();
}

const enter = () => parts.input.heard.keydown({ key: "Enter", preventDefault() {} });

beforeEach(() => {
  [screen, chosen, many, used, asked] = ["", [], [], [], []];
  table = [];
});

const MACRO = { id: "mac_1", body: "Hi Dora", then: [] };

test("with nothing chosen a macro goes to the conversation on screen", async () => {
  screen = "cv_1";
  await offer();
  enter();
  assert.deepEqual(asked, ["cv_1"]);
  assert.deepEqual(used, [["cv_1", MACRO]]);
  assert.deepEqual(many, []);
});

test("what was found is asked for again when it changes, and who was chosen stays chosen", async () => {
  screen = "cv_1";
  await offer();
  dialog.open = true;
  served = ["A new one", "Hi Dora"];
  others["inbox:macros"]();
  await settled();
  enter();
  dialog.open = false;
  others["inbox:names"]();
  served = ["Hi Dora"];
  assert.deepEqual(asked, ["cv_1", "cv_1"]);
  assert.deepEqual(used, [["cv_1", MACRO]]);
});

test("with several chosen its steps are done with all, not with the one on screen", async () => {
  screen = "cv_1";
  chosen = ["cv_2", "cv_3"];
  await offer();
  enter();
  assert.deepEqual(many, [["macro", "mac_1"]]);
  assert.deepEqual(used, []);
});

test("with rows chosen and no conversation on screen macros are offered all the same", async () => {
  chosen = ["cv_2", "cv_3"];
  await offer();
  enter();
  assert.deepEqual(asked, ["cv_2"]);
  assert.deepEqual(many, [["macro", "mac_1"]]);
});

test("the one that is chosen gets the macro that was filled in for it", async () => {
  screen = "cv_1";
  chosen = ["cv_2"];
  await offer();
  enter();
  assert.deepEqual(asked, ["cv_2"]);
  assert.deepEqual(used, [["cv_2", MACRO]]);
});

test("words that were filled in for one are not used for another", async () => {
  chosen = ["cv_2", "cv_3"];
  await offer();
  chosen = ["cv_3"];
  enter();
  assert.deepEqual([used, many], [[], []]);
});

/** What is offered while nothing is typed: group → its options, each with why not. */
function offered() {
  parts.input.value = "";
  opened();
  return Object.fromEntries(parts['[role="listbox"]'].held.map(({ held: [title, ...options] }) => [
    title.textContent,
    options.map(({ held: [words, why], attributes }) => [
      words.textContent,
      attributes["aria-disabled"] ? why.textContent : "",
    ]),
  ]));
}

const TABLE = [
  ["reply", "Write", true], ["note", "Write", true], ["ask", "Write", true],
  ["preview", "Write", true], ["close", "Do", true], ["print", "Do", true],
  ["order", "Move", false],
].map(([name, group, needsConversation]) => ({
  name, group, needsConversation, words: name, caps: [],
}));
const ONE = "Choose one conversation for this";

test("with none on screen what can be done with the one that is chosen is offered", () => {
  table = TABLE;
  assert.deepEqual(offered(), { "The screen": [["order", ""]] });
  chosen = ["cv_2"];
  assert.deepEqual(offered(), {
    "The chosen conversations": ["reply", "note", "ask", "close", "print"].map((name) => [name, ""]),
    "The screen": [["order", ""]],
  });
});

test("with several chosen it is said what is for one alone,", () => {
  table = TABLE;
  chosen = ["cv_2", "cv_3"];
  assert.deepEqual(offered(), {
    "The chosen conversations": [
      ["close", ""], ["reply", ONE], ["note", ONE], ["ask", ONE], ["print", ONE],
    ],
    "The screen": [["order", ""]],
  });
});
