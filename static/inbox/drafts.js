import { me, store } from "./page.js";

/**
 * What a teammate has begun to write in one conversation: one text for the customer, one for the
 * teammates, kept apart so that neither can turn into the other.
 *
 * @typedef {{
 *   kind: "reply"|"note",
 *   reply: {body: string, uploads: import("./outbox.js").Item["uploads"]},
 *   note: {body: string, uploads: import("./outbox.js").Item["uploads"]},
 *   overtaken: string,
 * }} Draft `overtaken` says why a reply came back, "" otherwise
 */

/** @param {string} conversation */
const keyOf = (conversation) => `counterfoil:draft:${me}:${conversation}`;

/** @returns {Draft} */
export const emptyDraft = () => ({
  kind: "reply",
  reply: { body: "", uploads: [] },
  note: { body: "", uploads: [] },
  overtaken: "",
});

/** @param {Draft} draft */
export const isEmpty = ({ reply, note }) =>
  !reply.body && !note.body && !reply.uploads.length && !note.uploads.length;

/**
 * @param {string} conversation
 * @returns {Draft}
 */
export function loadDraft(conversation) {
  try {
    return { ...emptyDraft(), ...JSON.parse(store.get(keyOf(conversation)) || "{}") };
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
 * @param {string} overtaken
 */
export function giveBack(item, overtaken) {
  const draft = loadDraft(item.conversation);
  const part = draft[item.kind];
  part.body = [item.body, part.body].filter(Boolean).join("\n\n");
  part.uploads = [...item.uploads, ...part.uploads];
  draft.kind = item.kind;
  draft.overtaken = overtaken;
  saveDraft(item.conversation, draft);
}
