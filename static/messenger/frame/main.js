import { Bridge } from "./bridge.js";
import { h, icon, useDrawings } from "./dom.js";
import { t, useLanguage } from "./i18n.js";
import { uuid7 } from "./ids.js";
import { Messenger } from "./messenger.js";
import { keptByPage, openStore } from "./store.js";
import { wear } from "./theme.js";
import { HomeView } from "./views/home.js";
import { ListView } from "./views/list.js";
import { load, useModules } from "./views/lazy.js";
import { ThreadView } from "./views/thread.js";

/**
 * @typedef {import("./types.js").Session} Session
 * @typedef {{name: "home"} | {name: "list"} | {name: "thread", key: string}} Route
 * @typedef {{space?: string, conversation?: string, new?: unknown, text?: string}} Target
 * @typedef {{visit: string, contact: string|null, role: string}} Owner who wrote what is kept
 * @typedef {{app: string, name: string, origins: string[], locale: string, texts: Record<string, string>,
 *   drawings: Record<string, string>, modules: Record<string, string>}} Installation
 */

/** A break in the connection is only mentioned when it lasts. */
const MENTION_AFTER_MS = 2500;
const HIDDEN_REFRESH_MS = 200;

/** The frame around the views: where one is, what the page outside says, and what it hears. */
export class Shell {
  /** @type {Route} */
  route = { name: "home" };
  /** @type {HomeView|ListView|ThreadView|null} */
  view = null;
  notice = h("p", { class: "notice", role: "status", hidden: true });
  stage = h("main", {});
  tabs = h("nav", { hidden: true });
  /** @type {Record<string, any>} what this device remembers: sound, push, emoji, email; and its
   * name, once it was asked */
  device = {};

  /** @type {Route} where “back” leads */
  #before = { name: "home" };
  #isDue = false;
  #noticeTimer = 0;
  #wasShown = false;
  #isRefused = false;
  /** @type {Owner|null} */
  #owner = null;
  /** @type {{target?: Target}|null} asked for before we knew who the visitor is */
  #early = null;

  /**
   * @param {Installation} installation
   * @param {Bridge} bridge
   * @param {import("./store.js").Store} store
   */
  constructor(installation, bridge, store) {
    this.installation = installation;
    this.bridge = bridge;
    this.store = store;
    this.messenger = new Messenger({
      base: "../api/",
      app: installation.app,
      store,
      renew: () => (this.#isRefused ? Promise.reject(new Error()) : bridge.renew()),
    });
    this.#listen();
  }

  get session() {
    return /** @type {Session} */ (this.messenger.session);
  }

  /** @param {Route} route */
  go(route) {
    const { view } = this;
    if (this.route.name !== "thread") this.#before = this.route;
    this.route = route;
    view?.close();
    if (route.name === "thread") this.view = new ThreadView(this, route.key);
    else this.view = route.name === "list" ? new ListView(this) : new HomeView(this);
    this.stage.replaceChildren(this.view.element);
    this.#showTabs();
    this.view.update();
    if (this.messenger.isShown) this.view.focus();
  }

  /** @param {string} [text] proposed for the first message */
  startThread(text) {
    const { can_start } = this.messenger.settings;
    this.go(can_start ? { name: "thread", key: `new:${uuid7()}` } : { name: "home" });
    if (text && this.view instanceof ThreadView) this.view.composer.propose(text);
  }

  /** @param {Record<string, any>} news for the device to remember */
  keep(news) {
    Object.assign(this.device, news);
    this.store.put("meta", { ...this.device, name: "device" }).catch(() => {});
  }

  /** Show changes with the next picture, however many there were. */
  refresh() {
    if (this.#isDue) return;
    this.#isDue = true;
    const show = () => {
      if (!this.#isDue) return;
      this.#isDue = false;
      this.view?.update();
      this.#showTabs();
    };
    requestAnimationFrame(show);
    // A frame that a browser thinks hidden gets no picture, sometimes longer than it is hidden.
    setTimeout(show, HIDDEN_REFRESH_MS);
  }

  closeButton() {
    const onclick = () => this.bridge.say("close");
    const props = { class: "plain shut", "aria-label": t("close"), onclick };
    return h("button", props, icon("close"));
  }

  backButton() {
    const onclick = () => this.go(this.#before);
    const props = { class: "plain", "aria-label": t("back"), onclick };
    return h("button", props, icon("back", "flip"));
  }

  #listen() {
    const { bridge, messenger } = this;
    const listener =
      (/** @type {EventTarget} */ target) =>
      (/** @type {string} */ name, /** @type {(detail: any) => void} */ work) =>
        target.addEventListener(name, (event) => work(/** @type {CustomEvent} */ (event).detail));
    const on = listener(bridge);
    const heard = listener(messenger);
    on("session", (data) => this.#begin(data));
    on("page", ({ page }) => (messenger.page = page));
    on("show", ({ target }) => this.#show(target));
    on("hide", () => messenger.setShown(false));
    on("shutdown", () => this.#end());
    on("refused", (data) => this.#refused(data));

    heard("change", () => this.#changed());
    heard("connection", () => this.#connection());
    heard("moved", (move) => {
      if (this.route.name === "thread" && this.route.key === move.from) this.route.key = move.to;
      if (this.view instanceof ThreadView) this.view.moved(move);
      // Not later: under its old name it must not be opened any more.
      this.view?.update();
      bridge.say("event", { name: "conversation", detail: { conversation: move.to } });
    });
    heard("draft", (draft) => load("tabs").then((tabs) => tabs.heardDraft(this, draft), () => {}));
    heard("incoming", (incoming) => {
      if (this.view instanceof ThreadView) this.view.incoming(incoming);
      const { type, name } = incoming.message.author;
      const detail = { conversation: incoming.key, author: { type, name } };
      bridge.say("event", { name: "message", detail });
      this.#sound();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#look();
      this.refresh();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (!document.querySelector("dialog[open]")) bridge.say("close");
    });
    this.#acceptDrops();
  }

  /** Files may be dropped anywhere. */
  #acceptDrops() {
    const { body } = document;
    body.ondragover = body.ondragleave = body.ondrop = (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      // Otherwise the browser would show the file in our place.
      event.preventDefault();
      const [...files] = event.dataTransfer.files;
      load("files").then(({ dragged }) => dragged(this, event, files, { h, t, icon }));
    };
  }

  /** What arrives unseen may be heard. */
  async #sound() {
    const isSeen = this.messenger.isShown && !document.hidden;
    if (this.device.sound && !isSeen) (await load("notify")).chime();
  }

  /**
   * The page could not boot again. For a while that is the connection's matter; a refusal is shown.
   * @param {{reason: string, status?: number}} data
   */
  async #refused({ reason, status = 0 }) {
    if (status < 400 || status >= 429 || !this.messenger.session) return;
    this.#isRefused = true;
    this.view?.close();
    this.view = null;
    this.tabs.hidden = true;
    this.stage.textContent = reason;
    const { refusedView } = await load("refused");
    if (this.#isRefused) this.stage.replaceChildren(refusedView(this, reason, { h, t, icon }));
  }

  /**
   * @param {{session: Session, page: import("./types.js").Page, kept?: [string, string][]}} data
   */
  async #begin({ session, page, kept = [] }) {
    const { messenger, store } = this;
    const [, visit = ""] = kept.find(([name]) => name.endsWith(":visit")) || [];
    const { id, role } = session.contact;
    const owner = { name: "owner", visit, contact: id, role };
    // At once: what waits here must not go out in another's name.
    if (isAnother(this.#owner, owner)) this.#leave();
    this.#owner = owner;
    messenger.visit = visit;
    // What another person left on this device is not for this one; the first picture shows none.
    store.first(async (rows) => {
      if (isAnother(await rows.get("meta", "owner"), owner)) await rows.clear();
      await rows.put("meta", owner);
    });
    wear(session.settings);
    messenger.page = page;
    messenger.begin(session);
    this.#isRefused = false;
    if (!this.view) {
      this.tabs = this.#tabBar();
      document.body.replaceChildren(this.stage, this.tabs);
      this.go(this.route);
    }
    const early = this.#early;
    this.#early = null;
    if (early) this.#show(early.target);
    const device = await store.get("meta", "device").catch(() => null);
    // A session that came meanwhile goes on in the place of this one.
    if (this.#owner !== owner) return;
    this.device = { ...device, ...this.device, name: "device" };
    await messenger.sending.load();
    this.#changed();
  }

  /** Signed out: nothing of this visitor stays, here or on the device. */
  #end() {
    this.#leave();
    this.store.clear().catch(() => {});
  }

  /** Forget who was here, but not what the device keeps: it may be another's by now. */
  #leave() {
    this.view = this.#owner = null;
    this.route = this.#before = { name: "home" };
    this.stage.replaceChildren();
    this.#wasShown = false;
    this.device = {};
    this.messenger.end();
  }

  /** @param {Target} [target] */
  #show(target) {
    const { messenger } = this;
    this.#look();
    messenger.setShown(true);
    if (!this.view) {
      this.#early = { target };
      return;
    }
    // Who may begin nothing came for the one conversation that their link opens.
    const { can_start } = messenger.settings;
    const likely = messenger.recent().filter((item) => item.unread || !can_start);
    if (target) this.#open(target);
    else if (!this.#wasShown && this.route.name === "home" && likely.length === 1) {
      this.go({ name: "thread", key: likely[0].id });
    } else {
      this.view.focus();
    }
    this.#wasShown = true;
    this.refresh();
  }

  /** The visitor comes to look: what arrived meanwhile is new to them. */
  #look() {
    if (this.view instanceof ThreadView) this.view.noteUnread();
  }

  /** @param {Target} target */
  #open({ space, conversation, new: fresh, text }) {
    if (conversation) this.go({ name: "thread", key: conversation });
    else if (fresh || text) this.startThread(text);
    else this.go({ name: space === "messages" ? "list" : "home" });
  }

  #changed() {
    const { messenger, bridge } = this;
    const waiting = messenger.outbox.items().filter((item) => item.status === "queued").length;
    bridge.say("unread", { unread: messenger.unread });
    bridge.say("keep", { name: "unsent", value: waiting ? "1" : "" });
    this.refresh();
  }

  #connection() {
    clearTimeout(this.#noticeTimer);
    const { state } = this.messenger.connection;
    const isFine = state === "live" || state === "quiet";
    const wait = isFine || !this.notice.hidden || state === "offline" ? 0 : MENTION_AFTER_MS;
    this.#noticeTimer = setTimeout(() => {
      this.notice.hidden = isFine;
      this.notice.textContent = isFine ? "" : t(`connection.${state}`);
      this.refresh();
    }, wait);
  }

  #tabBar() {
    const tab = (
      /** @type {"home"|"list"} */ name,
      /** @type {"home"|"chat"} */ picture,
      /** @type {string} */ label,
    ) => {
      const onclick = () => this.go({ name });
      const text = h("span", {}, t(label));
      return h("button", { onclick, "data-route": name }, icon(picture), text);
    };
    return h(
      "nav",
      { class: "tabs", "aria-label": t("navigation") },
      tab("home", "home", "home"),
      tab("list", "chat", "messages"),
    );
  }

  #showTabs() {
    this.tabs.hidden = this.route.name === "thread" || !this.view;
    for (const tab of /** @type {HTMLElement[]} */ ([...this.tabs.children])) {
      tab.ariaCurrent = tab.dataset.route === this.route.name ? "page" : null;
      tab.classList.toggle("dot", tab.dataset.route === "list" && this.messenger.unread > 0);
    }
  }
}

/**
 * Whether this is a different person than before. After a sign-out the loader makes a new visit,
 * by which we tell those apart whom nobody knows; an anonymous visitor may become known without
 * losing what is on its way; a known one never becomes another, and is the same in every visit.
 *
 * @param {Owner|null} before
 * @param {Owner} owner
 */
const isAnother = (before, { visit, contact, role }) =>
  before &&
  (before.contact
    ? before.contact !== contact &&
      (before.visit !== visit || before.role === "user" || role !== "user")
    : before.visit !== visit);

/** @param {Installation} installation */
function start(installation) {
  useLanguage(installation.texts, installation.locale);
  useDrawings(installation.drawings);
  useModules(installation.modules);
  if (parent === self) {
    const { name } = installation;
    document.body.append(h("p", { class: "alone" }, t("alone.text", { name })));
    return;
  }
  const bridge = new Bridge(installation.origins);
  const name = `counterfoil:${installation.app}`;
  // All origins of a site share what their frames keep, but who is who is known by origin.
  const store = openStore(`${name} ${location.ancestorOrigins?.[0]}`, () => keptByPage(name, bridge));
  new Shell(installation, bridge, store);
}

start(JSON.parse(document.getElementById("settings")?.textContent || "{}"));
