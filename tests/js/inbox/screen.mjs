/**
 * A screen of the inbox without a browser: enough of a document for the modules that keep it true,
 * and in the place of the server and of what paints something that counts. Import it first.
 */

import { register } from "node:module";
import { Clock } from "../clock.mjs";

const clock = new Clock();
// Nothing here happens every so often by itself.
globalThis.setInterval = () => 0;

// What these modules do is played here; all others are the real ones.
const NAMES = {
  ask: ["ask", "elementsOf", "Problem"],
  bell: ["clearShown", "refreshBell", "ring"],
  composer: ["composer"],
  list: ["list"],
  merging: ["follow"],
  painting: ["afterPaint", "payOff"],
  presence: ["seeing", "seeNobody", "typingBy"],
  record: ["showRecord"],
  thread: ["thread"],
  toasts: ["explain", "toast"],
};
const sourceOf = (/** @type {string[]} */ names) => names
  .map((name) => (/^[A-Z]/.test(name)
    ? `export const ${name} = globalThis.fake.${name};`
    : `export const ${name} = (...all) => globalThis.fake.${name}?.(...all);`))
  .join("\n");
const sources = Object.fromEntries(
  Object.entries(NAMES).map(([file, names]) => [`./${file}.js`, sourceOf(names)]),
);
sources["../shared/socket.js"] = sourceOf(["LiveSocket"]);
register(`data:text/javascript,${encodeURIComponent(`
  const sources = ${JSON.stringify(sources)};
  export const resolve = (name, context, next) => sources[name]
    ? { url: "data:text/javascript," + encodeURIComponent(sources[name]), shortCircuit: true }
    : next(name, context);
`)}`);

/** An element, as far as anybody asks. */
export class Part {
  isConnected = true;
  textContent = "";
  /** @type {Part[]} */
  children = [];
  /** @type {Record<string, Part>} */
  parts = {};
  attributes = new Set();

  constructor(id = "", dataset = {}) {
    Object.assign(this, { id, dataset });
  }

  get firstElementChild() { return this.children[0]; }
  append(...more) { this.children.push(...more); }
  querySelector(selector) { return this.parts[selector] || null; }
  querySelectorAll() { return []; }
  replaceWith(fresh) { if (fresh.id) screen.places[fresh.id] = fresh; }
  cloneNode() {
    const copy = new Part(this.id, { ...this.dataset });
    copy.append(...this.children.map((child) => child.cloneNode()));
    return copy;
  }
  toggleAttribute() {}
  removeAttribute(name) { this.attributes.delete(name); }
  hasAttribute(name) { return this.attributes.has(name); }
  setAttribute(name) { this.attributes.add(name); }
  addEventListener() {}
  getAttribute(name) { return this[name]; }
}

class Page extends EventTarget {
  hidden = false;
  body = new Part("", { me: "mate_me", home: "/inbox/", live: "ws://x" });
  get visibilityState() { return this.hidden ? "hidden" : "visible"; }
  getElementById(id) { return screen.places[id] || null; }
  querySelector(selector) { return screen.found[selector]?.[0] || null; }
  querySelectorAll(selector) { return screen.found[selector] || []; }
  createElement(name) { return new Part(name); }
  createDocumentFragment() { return new Part(); }
  importNode(part) { return part.cloneNode(); }
}

/** @param {string} id */
export const addressOf = (id) => `/inbox/all/${id}/`;

export const screen = {
  /** @type {Record<string, Part>} by their ids */
  places: {},
  /** @type {Record<string, any[]>} what a selector finds */
  found: {},
  /** @type {string[]} the conversations of the list, the first on top */
  rows: [],
  /** @type {Map<string, number>} how often a conversation has changed on the server */
  changes: new Map(),
  /** @type {string[]} what the server was asked for: parts, or "posted" */
  asked: [],
  /** @type {any} the connection */
  socket: null,

  /** @param {any} frame that comes from the server */
  hear(frame) {
    this.socket.options.onFrame(frame);
  },

  /** @param {number} ms that pass, in steps in which answers come */
  async pass(ms, step = 250) {
    for (let at = 0; at < ms; at += step) {
      clock.pass(Math.min(step, ms - at));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },

  /** How often each part was asked for since it was last counted. */
  count() {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const part of this.asked) counts[part] = (counts[part] || 0) + 1;
    this.asked = [];
    return counts;
  },

  /** @param {boolean} hidden whether the tab is behind others */
  hide(hidden) {
    document.hidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  },
};

const rowOf = (/** @type {string} */ id) => {
  const row = new Part(`row-${id}`, { conversation: id });
  row.parts["a.row-link"] = Object.assign(new Part(), { href: `http://x${addressOf(id)}` });
  return row;
};

const shown = () => screen.places.conversation?.dataset.conversation || "";

globalThis.fake = {
  Problem: class extends Error {},
  LiveSocket: class {
    state = "idle";
    constructor(options) {
      this.options = options;
      screen.socket = this;
    }
    start() {
      this.state = "live";
      this.options.onState("live");
      this.#confirm();
    }
    send({ type }) {
      if (type === "watch") this.#confirm();
      return true;
    }
    hurry() {}
    stop() {}
    #confirm() {
      setTimeout(() => this.options.onFrame({ type: "ready", conversation: {} }), 20);
    }
  },
  async ask(url, { part = "", known = "", form } = {}) {
    screen.asked.push(form ? "posted" : part);
    const [, , , id = ""] = new URL(url, "http://x").pathname.split("/");
    const version = `${id} ${screen.changes.get(id) || 0}`;
    return {
      status: known === version ? 304 : 200,
      url,
      headers: { get: () => version },
      text: async () => `${part} ${id}`,
    };
  },
  elementsOf(html) {
    const [part, id] = html.split(" ");
    return [new Part(part, { conversation: id, title: "" })];
  },
  refreshBell: () => globalThis.fake.ask("/inbox/", { part: "bell" }),
  list: () => ({
    apply() {},
    refresh: () => globalThis.fake.ask("/inbox/all/", { part: "rows" }),
    sort: () => globalThis.fake.ask("/inbox/all/", { part: "rows" }),
    all: () => screen.rows.map(rowOf),
    row: (id) => (screen.rows.includes(id) ? rowOf(id) : null),
  }),
  thread: () => (shown() ? {
    id_: shown(),
    lastSeq: 1,
    typists: { heard() {} },
    heardOf() {},
    receive() {},
    contactRead() {},
    settled() {},
    tellTo() {},
    catchUp: async () => {},
  } : null),
  afterPaint: (work) => work(),
};

Object.assign(globalThis, {
  document: new Page(),
  window: globalThis,
  addEventListener() {},
  location: { href: "http://x/inbox/all/", origin: "http://x", assign() {} },
  history: { pushState() {}, replaceState() {} },
  CSS: { escape: String },
  HTMLElement: Part,
  matchMedia: () => ({ matches: true }),
  localStorage: { getItem: () => null, setItem() {}, removeItem() {} },
});
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

screen.places.room = new Part("room", { view: "all", order: "", filter: "" });
screen.places.connection = new Part("connection", { state: "live" });
screen.places.conversation = new Part("conversation", { conversation: "" });
screen.places.views = new Part("views", {});
screen.places.head = new Part("head", { tags: "", assignee: "", team: "", priority: "normal" });
screen.found[".app"] = [new Part("app")];

/** Starts the modules that keep a page true, as `main.js` does. */
export async function start() {
  const [{ keepPlaces, go }, { keepTruth }, { keepAhead }, { goLive }] = await Promise.all([
    import("../../../static/inbox/places.js"),
    import("../../../static/inbox/truth.js"),
    import("../../../static/inbox/ahead.js"),
    import("../../../static/inbox/live.js"),
  ]);
  keepPlaces();
  keepTruth();
  keepAhead();
  goLive();
  await screen.pass(10_000);
  screen.count();
  return { go };
}
