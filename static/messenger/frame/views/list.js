import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { conversationLines, showLines } from "./conversations.js";

/** @typedef {import("../main.js").Shell} Shell */

/** Every conversation of this visitor. */
export class ListView {
  /** @param {Shell} shell */
  constructor(shell) {
    this.shell = shell;
    this.title = h("h1", { tabindex: "-1" }, t("messages"));
    this.rows = h("div", { class: "conversations" });
    this.empty = h("p", { class: "empty" }, icon("chat"), t("list.empty"));
    const more = { class: "secondary", onclick: () => this.#more() };
    this.more = h("button", more, t("list.more"));
    const begin = { class: "primary", onclick: () => shell.startThread() };
    const start = h("button", begin, icon("send", "flip"), t("start.title"));
    start.hidden = !shell.messenger.settings.can_start;
    this.element = h(
      "section",
      { class: "view list" },
      h("header", { class: "bar" }, h("div", { class: "grow" }, this.title), shell.closeButton()),
      shell.notice,
      h("div", { class: "scroll" }, this.empty, this.rows, this.more),
      h("div", { class: "below" }, start),
    );
    shell.messenger.refresh();
  }

  focus() {
    this.title.focus();
  }

  close() {}

  async #more() {
    const { messenger } = this.shell;
    const { next } = messenger;
    this.more.disabled = true;
    await messenger.loadMore();
    this.more.disabled = false;
    this.more.textContent = t(messenger.next === next ? "retry" : "list.more");
  }

  update() {
    const lines = conversationLines(this.shell);
    this.empty.hidden = lines.length > 0;
    this.more.hidden = !this.shell.messenger.next;
    showLines(this.rows, lines, this.shell);
  }
}
