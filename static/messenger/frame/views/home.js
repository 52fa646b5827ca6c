import { avatar, h, icon } from "../dom.js";
import { listOf, t } from "../i18n.js";
import { safeHref } from "../sanitize.js";
import { conversationLines, showLines } from "./conversations.js";

/** @typedef {import("../main.js").Shell} Shell */

const CONTINUED = 2;

/** What one sees first: who we are, what was going on, and how to write. */
export class HomeView {
  /** @param {Shell} shell */
  constructor(shell) {
    this.shell = shell;
    const { name, logo } = shell.messenger.settings;
    this.title = h("h1", { tabindex: "-1" });
    this.recent = h("div", { class: "recent" });
    const cards = h("div", { class: "cards" }, this.#conversations(), this.#links());
    // A browser's first list of names takes it longer than all the rest of the first picture; by
    // then they may have signed out.
    const end = () => shell.view === this && cards.append(this.#team() || "");
    requestAnimationFrame(() => setTimeout(end));
    this.element = h(
      "section",
      { class: "view home" },
      h(
        "div",
        { class: "hero" },
        h(
          "div",
          { class: "head" },
          logo
            ? h("img", { class: "mark", src: logo, alt: "" })
            : h("span", { class: "mark", "aria-hidden": "true" }, [...name][0] || ""),
          h("b", { class: "grow cut" }, name),
          shell.closeButton(),
        ),
        this.title,
      ),
      cards,
      shell.notice,
      h("p", { class: "foot", "aria-hidden": "true" }, icon("logo"), "Counterfoil"),
    );
  }

  focus() {
    this.title.focus();
  }

  close() {}

  update() {
    const { contact, settings } = this.shell.session;
    const [first] = contact.name.trim().split(/\s+/);
    const hello = first ? t("hello.name", { name: first }) : t("hello");
    const { greeting } = settings;
    const words = [hello, greeting].map((text) => h("span", { dir: "auto" }, text));
    if (this.title.dataset.text !== hello + greeting) this.title.replaceChildren(...words);
    this.title.dataset.text = hello + greeting;
    showLines(this.recent, conversationLines(this.shell).slice(0, CONTINUED), this.shell);
  }

  #conversations() {
    const { can_start, reply_time } = this.shell.messenger.settings;
    const onclick = () => this.shell.startThread();
    const words = lines(t("start.title"), reply_time);
    const start = can_start
      ? h("button", { class: "start", onclick }, words, icon("send", "flip"))
      : h("p", { class: "start none" }, t("start.none"));
    return h("div", { class: "card" }, this.recent, start);
  }

  /** The admin's own links; they open beside the page that one is on. */
  #links() {
    const { home_links: links } = this.shell.messenger.settings;
    const rows = links.map(({ title, url }) =>
      h(
        "a",
        { class: "start", href: safeHref(url), target: "_blank", rel: "noopener noreferrer" },
        h("span", { class: "grow", dir: "auto" }, title),
        icon("out", "flip"),
      ),
    );
    return rows.length > 0 && h("nav", { class: "card links", "aria-label": t("links") }, ...rows);
  }

  #team() {
    const { team, office_hours } = this.shell.messenger.settings;
    const shown = team.slice(0, 3);
    const faces = shown.map((face) => avatar(face, "large"));
    const names = listOf(shown.map((face) => face.name));
    return (
      shown.length > 0 &&
      h(
        "div",
        { class: "card team" },
        h("span", { class: "faces", "aria-hidden": "true" }, ...faces),
        lines(t("team", { names }), office_hours || t("team.hint")),
      )
    );
  }
}

/**
 * @param {string} title
 * @param {string} text
 */
const lines = (title, text) =>
  h("span", { class: "grow" }, h("b", { dir: "auto" }, title), h("small", { dir: "auto" }, text));
