import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { load } from "./lazy.js";

/** How a thread's visitor hears of answers while away: a menu in its head, an address they leave. */
export class Away {
  #isOffered = false;

  /** @param {import("../main.js").Shell} shell */
  constructor(shell) {
    this.shell = shell;
    this.tools = { h, t, icon, shell };
    const onclick = async () => (await load("notify")).toggleMenu(this.bell, this.tools);
    const props = { class: "plain", "aria-label": t("notify"), onclick };
    this.bell = h("div", { class: "bell" }, h("button", props, icon("bell")));
    this.slot = h("div");
  }

  /**
   * Ask for an e-mail address when somebody wrote and nobody answered yet.
   * @param {import("../types.js").Entry[]} entries
   */
  async offer(entries) {
    const { session, device } = this.shell;
    const isBy = (/** @type {string} */ type) =>
      entries.some(({ message }) => message?.author.type === type);
    this.slot.hidden = !isBy("contact") || isBy("teammate");
    if (this.slot.hidden || this.#isOffered || session.contact.email) return;
    // Who gave one, or would not, is asked no more; the device knows.
    if (!device.name || device.email) return;
    this.#isOffered = true;
    try {
      this.slot.append((await load("notify")).emailCard(this.tools));
    } catch {
      this.#isOffered = false;
    }
  }
}
