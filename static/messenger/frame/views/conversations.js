import { avatar, h, moment, reconcile } from "../dom.js";
import { ago, t } from "../i18n.js";

/**
 * @typedef {import("../types.js").Conversation} Conversation
 * @typedef {import("../main.js").Shell} Shell
 * @typedef {{key: string, who: {type: string, name: string, avatar?: string|null,
 *   initials?: string}, title: string, text: string, at: number, unread: number,
 *   isClosed?: boolean, canRate?: boolean}} Line
 */

/**
 * The visitor's conversations as they are listed, the latest first; those that still wait for
 * their first message to leave come before the others.
 *
 * @param {Shell} shell
 * @returns {Line[]}
 */
export function conversationLines({ messenger }) {
  const { name, team } = messenger.settings;
  const house = { type: "teammate", name };
  const waiting = messenger.newThreads().map((key) => {
    const [first] = messenger.outbox.items(key);
    const text = t("preview.sending", { text: first.body || t("preview.file") });
    const at = first.created_at;
    return { key, who: house, title: name, text, at, unread: 0 };
  });
  const stored = messenger.recent().map((item) => {
    const author = item.preview_author;
    const isOwn = !author || author.type === "contact";
    const face = team.find((one) => one.name === author?.name);
    const other = isOwn ? item.assignee || house : { ...face, ...author };
    const text = item.preview || t("preview.file");
    return {
      key: item.id,
      who: other,
      title: other.name,
      text: isOwn ? t("you", { text }) : text,
      at: Date.parse(item.updated_at),
      unread: item.unread,
      isClosed: item.status === "closed",
      canRate: item.can_rate && !item.rating,
    };
  });
  return [...waiting, ...stored];
}

/**
 * @param {Line} line
 * @param {Shell} shell
 */
function conversationRow(line, shell) {
  const { key, who, title, text, at, unread, isClosed, canRate } = line;
  const count = unread > 0 && h("span", { class: "count", "aria-hidden": "true" }, String(unread));
  const spoken = unread > 0 && h("span", { class: "sr" }, t("unread", { n: unread }));
  const tag = isClosed && h("span", { class: "tag" }, t("closed.tag"));
  return h(
    "button",
    {
      class: unread ? "conversation unread" : "conversation",
      onclick: () => shell.go({ name: "thread", key }),
    },
    avatar(who, "large"),
    h(
      "span",
      { class: "grow" },
      h("span", { class: "title" }, h("b", { class: "cut", dir: "auto" }, title), tag),
      h("span", { class: "preview cut", dir: "auto" }, text),
      canRate && h("span", { class: "rate" }, t("list.rate")),
    ),
    h(
      "span",
      { class: "aside" },
      moment(at, ago(at)),
      count,
      spoken,
    ),
  );
}

/** @param {Line} line */
const lineVersion = (line) => JSON.stringify([line, ago(line.at)]);

/**
 * @param {HTMLElement} parent
 * @param {Line[]} lines
 * @param {Shell} shell
 */
export const showLines = (parent, lines, shell) =>
  reconcile(parent, lines, {
    version: lineVersion,
    render: (line) => conversationRow(line, shell),
  });
