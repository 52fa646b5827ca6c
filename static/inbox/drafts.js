import { me, store } from "./page.js";

/**
 * @typedef {{
 *   body: string,
 *   uploads: import("./outbox.js").Item["uploads"],
 *   choices: string[],
 *   then: import("./outbox.js").Then[],
 *   macros: string[],
 * }} Part of a draft; a note has no choices
 */

/**
 * What a teammate has begun to write in one conversation: one text for the customer, one for the
 * teammates, kept apart so that neither can turn into the other.
 *
 * @typedef {{
 *   kind: "reply"|"note",
 *   reply: Part,
 *   note: Part,
 *   overtaken: string,
 * }} Draft `overtaken` says why a reply came back, "" otherwise
 */

/** @param {string} conversation */
const keyOf = (conversation) => `counterfoil:draft:${me}:${conversation}`;

/** @returns {Part} */
const emptyPart = () => ({ body: "", uploads: [], choices: [], then: [], macros: [] });

/** @returns {Draft} */
export const emptyDraft = () => ({
  kind: "reply",
  reply: emptyPart(),
  note: emptyPart(),
  overtaken: "",
});

/** @param {Draft} draft */
export const isEmpty = ({ reply, note }) =>
  [reply, note].every(
    ({ body, uploads, choices, then }) =>
      !body && !uploads.length && !choices.length && !then.length,
  );

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
 * @param {string} overtaken
 */
export function giveBack(item, overtaken) {
  const draft = loadDraft(item.conversation);
  const part = draft[item.kind];
  part.body = [item.body, part.body].filter(Boolean).join("\n\n");
  part.uploads = [...item.uploads, ...part.uploads];
  part.choices = [...new Set([...(item.choices || []), ...part.choices])];
  part.then = [...(item.then || []).filter(({ words }) => words), ...part.then];
  part.macros = [...new Set([...(item.macros || []), ...part.macros])];
  draft.kind = item.kind;
  draft.overtaken = overtaken;
  saveDraft(item.conversation, draft);
}
