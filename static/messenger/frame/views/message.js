import { avatar, h, icon, moment } from "../dom.js";
import { clock, dayName, fileSize, t } from "../i18n.js";
import { fragmentOf, safeHref } from "../sanitize.js";
import { load } from "./lazy.js";

/**
 * @typedef {import("../rows.js").Row} Row
 * @typedef {Row & {kind: "message"}} MessageRow
 * @typedef {import("../main.js").Shell} Shell
 * @typedef {import("../messenger.js").Messenger} Messenger
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {import("../types.js").Upload} Upload
 */

const THUMBNAIL_PX = 260;
/** Emoji and nothing else. */
const EMOJI = /^[\p{ExtPict}\p{EMod}\p{RI}\u200D\uFE0F ]{1,16}$/u;

/**
 * What decides that a row's node must be made anew; everything else is updated in place.
 * @param {Row} row
 * @param {Shell} shell
 */
export function rowVersion(row, shell) {
  if (row.kind === "activity") return row.text;
  if (row.kind !== "message") return row.kind;
  return row.entry.message ? "stored" : `sent ${Boolean(shell.messenger.sending.uploads)}`;
}

/**
 * @param {Row} row
 * @param {Shell} shell
 * @returns {HTMLElement}
 */
export function renderRow(row, shell) {
  if (row.kind === "message") return row.isMine ? renderMine(row, shell) : renderTheirs(row, shell);
  const text = row.kind === "unread" ? t("thread.new_messages") : ruleText(row);
  return h("p", { class: row.kind === "unread" ? "rule new" : "rule" }, text);
}

/** @param {Row & {kind: "day"|"activity"|"joined"}} row */
function ruleText(row) {
  if (row.kind === "day") return dayName(row.at);
  return row.kind === "joined" ? t("joined", { name: row.name }) : row.text;
}

/**
 * @param {HTMLElement} node
 * @param {Row} row
 * @param {Shell} shell
 */
export function updateRow(node, row, shell) {
  if (row.kind !== "message") return;
  node.classList.toggle("first", row.isFirst);
  node.classList.toggle("last", row.isLast);
  if (row.isMine) showState(node, row, shell.messenger);
}

/**
 * @param {MessageRow} row
 * @param {Shell} shell
 */
function renderTheirs({ entry, author, at }, shell) {
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
        ...content(entry, shell),
      ),
    ),
    h("p", { class: "meta" }, moment(at, clock(at))),
  );
}

/**
 * @param {MessageRow} row
 * @param {Shell} shell
 */
function renderMine({ entry }, shell) {
  const { outgoing } = entry;
  const files = outgoing?.attachments.map((file) => renderUpload(file, shell.messenger));
  return h(
    "div",
    { class: "message mine" },
    h("div", { class: "stack" }, ...(files ? body(outgoing.body, files) : content(entry, shell))),
    h("p", { class: "meta" }),
  );
}

/**
 * @param {import("../types.js").Entry} entry
 * @param {Shell} shell
 */
function content({ message }, shell) {
  if (!message) return [];
  const parts = message.attachments.map((file) => renderAttachment(file, shell));
  if (!message.body_html) return parts;
  const bubble = h("div", { class: bubbleClass(message.body_text), dir: "auto" });
  bubble.append(fragmentOf(message.body_html));
  return [bubble, ...parts];
}

/**
 * @param {string} text as it was typed
 * @param {HTMLElement[]} files
 */
function body(text, files) {
  const bubble = h("div", { class: `${bubbleClass(text)} typed`, dir: "auto" }, text);
  return text ? [bubble, ...files] : files;
}

const bubbleClass = (/** @type {string} */ text) => (EMOJI.test(text) ? "bubble big" : "bubble");

/**
 * @param {Attachment} file
 * @param {Shell} shell
 */
function renderAttachment(file, shell) {
  const { url, name, size, width, height, content_type: type } = file;
  const href = addressOf(url);
  const label = t("file.open", { name });
  const link = { href, target: "_blank", rel: "noopener noreferrer", "aria-label": label };
  if (isPicture(file)) {
    const onclick = (/** @type {MouseEvent} */ event) => {
      // With a key held down it is a link like any other.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      load("gallery").then(
        ({ openGallery }) => openGallery({ h, t, icon, addressOf, isPicture, shell }, file),
        () => open(href, "_blank", "noopener"),
      );
    };
    const src = addressOf(file.thumb || url);
    const props = { ...link, class: "picture", "aria-haspopup": "dialog", onclick };
    return h("a", props, thumbnail(src, name, Number(width), Number(height)));
  }
  const [kind] = type.split("/");
  if (kind === "audio" || kind === "video") {
    return h(kind, { src: href, controls: true, preload: "metadata", "aria-label": name });
  }
  return h("a", { ...link, class: "bubble attachment" }, ...fileLabel(name, size));
}

/** @param {string} url as the server wrote it */
const addressOf = (url) => safeHref(new URL(url, location.href).href);

/** @param {Attachment} file */
const isPicture = ({ content_type: type, width, height }) =>
  type.startsWith("image/") && width && height;

/**
 * One of the visitor's own files until the server has it; what shows it comes with what sends it.
 *
 * @param {Upload} upload
 * @param {Messenger} messenger
 * @returns {HTMLElement}
 */
const renderUpload = (upload, { sending }) =>
  sending.uploads?.render(upload, thumbnail) ?? h("span", { class: "bubble" }, upload.name);

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
  const isWaiting = row.state === "waiting" && messenger.connection.state === "offline";
  const state = isWaiting ? "offline" : row.state;
  const reason = outgoing?.reason || "";
  if (outgoing) messenger.sending.uploads?.showProgress(node, outgoing.attachments);
  const isLoose = outgoing?.isLoose;
  const shown = `${state} ${reason} ${row.isLast} ${isLoose}`;
  if (node.dataset.state === shown) return;
  node.dataset.state = shown;
  node.classList.toggle("failed", state === "failed");
  node.classList.toggle("pending", Boolean(outgoing) && state !== "failed");
  const meta = /** @type {HTMLElement} */ (node.querySelector(".meta"));
  meta.hidden = !row.isLast && state !== "failed";
  const time = moment(row.at, clock(row.at));
  const discard = outgoing && action("discard", () => messenger.sending.discard(outgoing));
  if (state === "failed" && outgoing) {
    meta.replaceChildren(
      icon("alert"),
      h("span", {}, reason ? `${t("state.failed")}: ${reason}` : t("state.failed")),
      h(
        "span",
        { class: "actions" },
        action("retry", () => messenger.outbox.retry(outgoing.client_id)),
        discard || "",
      ),
    );
  } else if (outgoing) {
    const canStop = state !== "sending" || outgoing.attachments.some((file) => !file.id);
    meta.replaceChildren(icon("clock"), t(isLoose ? "state.loose" : `state.${state}`));
    if (canStop && discard) meta.append(discard);
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
const action = (text, onclick) => h("button", { class: "link", onclick }, t(text));
