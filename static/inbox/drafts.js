import { me, store } from "./page.js";

/**
 * @typedef {{
 *   body: string,
 *   uploads: import("./outbox.js").Item["uploads"],
 *   choices: string[],
 *   then: import("./outbox.js").Then[],
 *   macros: string[],
 * }} Words what is written, and what belongs to it; a note has no choices
 */

/**
 * @typedef {Words & {
 *   clientId: string,
 *   version: number,
 *   isSaved: boolean,
 *   savedAt: string,
 * }} Part of a draft: `clientId` is what its message will have, `version` the server's that it was
 *   made of, `isSaved` whether the server has these very words
 */

/**
 * @typedef {Words & {client_id: string, version: number, saved_at: string, is_empty: boolean}}
 *   Stored a part as the server holds it
 */

/**
 * What a teammate has begun to write in one conversation: one text for the customer, one for the
 * teammates, kept apart so that neither can turn into the other.
 *
 * @typedef {{
 *   kind: "reply"|"note",
 *   reply: Part,
 *   note: Part,
 *   overtaken: import("./overtaking.js").Overtaken|null,
 * }} Draft `overtaken` says why a reply came back
 */

/** @param {string} conversation */
const keyOf = (conversation) => `counterfoil:draft:${me}:${conversation}`;

/**
 * @param {number} [version]
 * @returns {Part}
 */
export const emptyPart = (version = 0) => ({
  body: "",
  uploads: [],
  choices: [],
  then: [],
  macros: [],
  clientId: "",
  version,
  isSaved: true,
  savedAt: "",
});

/** @returns {Draft} */
export const emptyDraft = () => ({
  kind: "reply",
  reply: emptyPart(),
  note: emptyPart(),
  overtaken: null,
});

/** @param {Words} words */
export const isBlank = ({ body, uploads, choices, then }) =>
  !body && !uploads.length && !choices.length && !then.length;

/** @param {Draft} draft */
export const isEmpty = ({ reply, note }) =>
  [reply, note].every((part) => isBlank(part) && part.isSaved);

/** @param {Words} words */
const signature = ({ body, uploads, choices, then }) =>
  JSON.stringify([body, uploads.map(({ id }) => id), choices, then.map(({ words }) => words)]);

/**
 * @param {Words} one
 * @param {Words} other
 */
export const areSame = (one, other) => signature(one) === signature(other);

/**
 * What becomes of a part when the server holds something newer: what was written here and is not
 * saved is never given up for it.
 *
 * @param {Part} part
 * @param {Stored} stored
 * @param {{isOnItsWay?: boolean, isOwn?: boolean}} [known] whether the stored words are a message
 *   that waits here to be sent; whether this page itself has sent them there
 * @returns {"keep"|"take"|"rebase"|"clash"} rebase: keep the words here, as made of that version
 */
export function meet(part, stored, { isOnItsWay = false, isOwn = false } = {}) {
  if (stored.version <= part.version) return "keep";
  if (areSame(part, stored)) return "take";
  if (isOnItsWay || isOwn) return "rebase";
  if (part.isSaved || isBlank(part)) return "take";
  return stored.is_empty ? "rebase" : "clash";
}

/**
 * @param {Stored} stored
 * @returns {Part}
 */
export const partOf = ({ body, uploads, choices, then, macros, client_id, version, saved_at }) => ({
  ...{ body, uploads, choices, then, macros, version },
  clientId: client_id,
  isSaved: true,
  savedAt: saved_at,
});

/**
 * @param {string} conversation
 * @returns {Draft}
 */
export function loadDraft(conversation) {
  try {
    const empty = emptyDraft();
    const kept = JSON.parse(store.get(keyOf(conversation)) || "{}");
    return {
      ...empty,
      ...kept,
      reply: { ...empty.reply, ...kept.reply },
      note: { ...empty.note, ...kept.note },
    };
  } catch {
    return emptyDraft();
  }
}

/**
 * @param {string} conversation
 * @param {Draft} draft
 */
export function saveDraft(conversation, draft) {
  store.set(keyOf(conversation), isEmpty(draft) ? null : JSON.stringify(draft));
}

/**
 * Gives words back that could not be sent, before whatever has been written since.
 *
 * @param {import("./outbox.js").Item} item
 * @param {import("./overtaking.js").Overtaken|null} overtaken
 */
export function giveBack(item, overtaken) {
  const draft = loadDraft(item.conversation);
  const part = draft[item.kind];
  part.body = [item.body, part.body].filter(Boolean).join("\n\n");
  part.uploads = [...item.uploads, ...part.uploads];
  part.choices = [...new Set([...(item.choices || []), ...part.choices])];
  part.then = [...(item.then || []).filter(({ words }) => words), ...part.then];
  part.macros = [...new Set([...(item.macros || []), ...part.macros])];
  part.clientId = "";
  part.isSaved = false;
  draft.kind = item.kind;
  draft.overtaken = overtaken;
  saveDraft(item.conversation, draft);
}
