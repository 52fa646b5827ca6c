/**
 * A conversation that has become a part of another is over here and goes on there: what is said at
 * its end leads on. Who came by a link knows of no other, and a part may be made whole again.
 *
 * @param {import("./thread.js").ThreadView} view
 * @param {{h: Function, t: (key: string) => string}} tools
 */
export function leadOn({ closed, key, messenger, shell }, { h, t }) {
  const into = messenger.conversations.get(key)?.merged_into || "";
  const isPart = messenger.conversations.has(into);
  const [said] = closed.children;
  /** @type {HTMLButtonElement|null} */
  let button = closed.querySelector(".onward");
  said.hidden = isPart;
  if (!isPart) return button?.remove();
  if (!button) said.after((button = h("button", { class: "secondary onward" }, t("continue"))));
  button.onclick = () => shell.go({ name: "thread", key: into });
  return undefined;
}
