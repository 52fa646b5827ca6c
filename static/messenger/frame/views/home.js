import { avatar, h, icon, reconcile } from "../dom.js";
import { listOf, t } from "../i18n.js";
import { conversationLines, conversationRow, lineVersion } from "./conversations.js";

/** @typedef {import("../main.js").Shell} Shell */

const CONTINUED = 2;

/** What one sees first: who we are, what was going on, and how to write. */
export class HomeView {
  /** @param {Shell} shell */
  constructor(shell) {
    this.shell = shell;
    const { name, team } = shell.messenger.settings;
    this.title = h("h1", { tabindex: "-1" });
    this.recent = h("div", { class: "recent" });
    const faces = team.slice(0, 3).map((face) => avatar(face, "large"));
    const names = listOf(team.slice(0, 3).map((face) => face.name));
    const start = h(
      "button",
      { type: "button", class: "start", onclick: () => shell.startThread() },
      h("span", { class: "grow" }, h("b", {}, t("start.title")), h("small", {}, t("start.hint"))),
      icon("send"),
    );
    this.element = h(
      "section",
      { class: "view home" },
      h(
        "div",
        { class: "hero" },
        h(
          "div",
          { class: "head" },
          h("span", { class: "mark", "aria-hidden": "true" }, [...name][0] || ""),
          h("b", { class: "grow cut" }, name),
          shell.closeButton(),
        ),
        this.title,
      ),
      h(
        "div",
        { class: "cards" },
        h("div", { class: "card" }, this.recent, start),
        team.length > 0 &&
          h(
            "div",
            { class: "card team" },
            h("span", { class: "faces", "aria-hidden": "true" }, ...faces),
            h("p", {}, h("b", {}, t("team", { names })), h("small", {}, t("team.hint"))),
          ),
      ),
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
    const greeting = settings.greeting || t("greeting");
    const words = [h("span", { class: "hello" }, hello), greeting];
    if (this.title.dataset.text !== hello + greeting) this.title.replaceChildren(...words);
    this.title.dataset.text = hello + greeting;
    reconcile(this.recent, conversationLines(this.shell).slice(0, CONTINUED), {
      key: (line) => line.key,
      version: lineVersion,
      render: (line) => conversationRow(line, this.shell),
    });
  }
}
