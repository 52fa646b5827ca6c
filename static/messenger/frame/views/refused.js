/**
 * What is shown when the page may not show this messenger to this visitor any more.
 *
 * @param {import("../main.js").Shell} shell
 * @param {string} reason as the server gave it
 * @param {{h: Function, icon: Function, t: (key: string) => string}} tools
 * @returns {HTMLElement}
 */
export function refusedView(shell, reason, { h, t, icon }) {
  const onclick = () => shell.bridge.say("renew");
  const again = h("button", { class: "secondary", onclick }, t("retry"));
  const words = h("p", {}, h("b", {}, t("refused")), reason);
  const said = h("div", { class: "empty", role: "alert" }, icon("alert"), words, again);
  const title = h("h1", { class: "grow", dir: "auto" }, shell.installation.name);
  const bar = h("header", { class: "bar" }, title, shell.closeButton());
  return h("section", { class: "view list" }, bar, said);
}
