import { avatar, h, icon } from "../dom.js";
import { clock, dayName, fileSize, t } from "../i18n.js";
import { fragmentOf, safeHref } from "../sanitize.js";

/**
 * @typedef {import("../rows.js").Row} Row
 * @typedef {Row & {kind: "message"}} MessageRow
 * @typedef {import("../messenger.js").Messenger} Messenger
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {import("../types.js").Upload} Upload
 */

const THUMBNAIL_PX = 260;

/**
 * What decides that a row's node must be made anew; everything else is updated in place.
 * @param {Row} row
 */
export function rowVersion(row) {
  if (row.kind === "activity") return row.text;
  return row.kind === "message" && row.entry.message ? "stored" : row.kind;
}

/**
 * @param {Row} row
 * @param {Messenger} messenger
 * @returns {HTMLElement}
 */
export function renderRow(row, messenger) {
  if (row.kind === "day") return h("p", { class: "rule" }, dayName(row.at));
  if (row.kind === "unread") return h("p", { class: "rule new" }, t("thread.new_messages"));
  if (row.kind === "activity") return h("p", { class: "rule" }, row.text);
  return row.isMine ? renderMine(row, messenger) : renderTheirs(row);
}

/**
 * @param {HTMLElement} node
 * @param {Row} row
 * @param {Messenger} messenger
 */
export function updateRow(node, row, messenger) {
  if (row.kind !== "message") return;
  node.classList.toggle("first", row.isFirst);
  node.classList.toggle("last", row.isLast);
  if (row.isMine) showState(node, row, messenger);
}

/** @param {MessageRow} row */
function renderTheirs({ entry, author, at }) {
  const isBot = author.type === "bot";
  const name = h("p", { class: "who", "aria-hidden": "true" }, author.name);
  if (isBot) name.append(h("span", { class: "tag" }, t("bot")));
  const spoken = isBot ? `${author.name}, ${t("bot")}` : author.name;
  return h(
    "div",
    { class: isBot ? "message theirs bot" : "message theirs" },
    name,
    h(
      "div",
      { class: "beside" },
      avatar(author),
      h(
        "div",
        { class: "stack" },
        h("span", { class: "sr" }, t("says", { name: spoken })),
        ...content(entry),
      ),
    ),
    h("p", { class: "meta" }, h("time", { datetime: new Date(at).toISOString() }, clock(at))),
  );
}

/**
 * @param {MessageRow} row
 * @param {Messenger} messenger
 */
function renderMine({ entry }, messenger) {
  const { outgoing } = entry;
  const files = outgoing && outgoing.attachments.map((file) => renderUpload(file, messenger));
  return h(
    "div",
    { class: "message mine", "aria-live": "off" },
    h("div", { class: "stack" }, ...(files ? body(outgoing.body, files) : content(entry))),
    h("p", { class: "meta" }),
  );
}

/** @param {import("../types.js").Entry} entry */
function content({ message }) {
  if (!message) return [];
  const parts = message.attachments.map(renderAttachment);
  if (!message.body_html) return parts;
  const bubble = h("div", { class: "bubble", dir: "auto" });
  bubble.append(fragmentOf(message.body_html));
  return [bubble, ...parts];
}

/**
 * @param {string} text as it was typed
 * @param {HTMLElement[]} files
 */
function body(text, files) {
  return text ? [h("div", { class: "bubble typed", dir: "auto" }, text), ...files] : files;
}

/** @param {Attachment} file */
function renderAttachment({ url, name, size, width, height, content_type }) {
  const href = safeHref(new URL(url, location.href).href);
  const label = t("file.open", { name });
  const link = { href, target: "_blank", rel: "noopener noreferrer", "aria-label": label };
  if (!content_type.startsWith("image/") || !width || !height) {
    return h("a", { ...link, class: "bubble attachment" }, ...fileLabel(name, size));
  }
  return h("a", { ...link, class: "picture" }, thumbnail(href, name, width, height));
}

/**
 * @param {Upload} upload
 * @param {Messenger} messenger
 */
function renderUpload(upload, messenger) {
  const { name, size, width, height } = upload;
  const src = messenger.uploads.preview(upload);
  if (src && width && height) {
    return h("span", { class: "picture" }, thumbnail(src, name, width, height));
  }
  return h("span", { class: "bubble attachment" }, ...fileLabel(name, size));
}

/**
 * An image at its final size from the start: nothing moves when it has loaded.
 *
 * @param {string} src
 * @param {string} alt
 * @param {number} width
 * @param {number} height
 */
function thumbnail(src, alt, width, height) {
  const scale = Math.min(1, THUMBNAIL_PX / width, THUMBNAIL_PX / height);
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  return h("img", { src, alt, width: wide, height: high, loading: "lazy" });
}

/**
 * @param {string} name
 * @param {number} size bytes
 */
const fileLabel = (name, size) => [
  icon("file"),
  h("span", { class: "about" }, h("b", {}, name), h("small", {}, fileSize(size))),
];

/**
 * How far one of the visitor's own messages got, and what can be done when it did not.
 *
 * @param {HTMLElement} node
 * @param {MessageRow} row
 * @param {Messenger} messenger
 */
function showState(node, row, messenger) {
  const { outgoing } = row.entry;
  const isWaiting = row.state === "waiting" && messenger.connection === "offline";
  const state = isWaiting ? "offline" : row.state;
  const reason = outgoing?.reason || "";
  const shown = `${state} ${reason} ${row.isLast}`;
  if (node.dataset.state === shown) return;
  node.dataset.state = shown;
  node.classList.toggle("failed", state === "failed");
  node.classList.toggle("pending", Boolean(outgoing) && state !== "failed");
  const meta = /** @type {HTMLElement} */ (node.querySelector(".meta"));
  meta.hidden = !row.isLast && state !== "failed";
  const time = h("time", { datetime: new Date(row.at).toISOString() }, clock(row.at));
  if (state === "failed" && outgoing) {
    meta.replaceChildren(
      icon("alert"),
      h("span", {}, reason ? `${t("state.failed")}: ${reason}` : t("state.failed")),
      h(
        "span",
        { class: "actions" },
        action("retry", () => messenger.outbox.retry(outgoing.client_id)),
        action("discard", () => messenger.outbox.discard(outgoing.client_id)),
      ),
    );
  } else if (outgoing) {
    meta.replaceChildren(icon("clock"), t(`state.${state}`));
  } else if (state) {
    meta.replaceChildren(icon("check", state), t(`state.${state}`), time);
  } else {
    meta.replaceChildren(time);
  }
}

/**
 * @param {string} text
 * @param {() => void} onclick
 */
const action = (text, onclick) => h("button", { type: "button", class: "link", onclick }, t(text));
