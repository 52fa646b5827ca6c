/**
 * @typedef {import("../types.js").Draft} Draft
 * @typedef {import("../main.js").Shell} Shell
 */

/**
 * Another tab tells what is half written there: the same stands here from now on. There is one
 * draft of a thread, and whoever wrote last has it right.
 *
 * @param {Pick<Shell, "messenger"|"view">} shell
 * @param {Draft} draft which that tab has kept on the device already
 */
export function heardDraft({ messenger, view }, draft) {
  const { drafts, store, sending } = messenger;
  const { visit, thread, body, at } = draft;
  // All origins of a site meet here, and who leaves may meet who comes.
  if (visit !== messenger.visit) return;
  const known = drafts.get(thread);
  if (known && known.at > at) {
    // The device holds their words, and what was written here came later.
    store.put("drafts", known).catch(() => {});
    sending.others.postMessage(known);
    return;
  }
  drafts.set(thread, draft);
  const composer = view && "composer" in view && view.composer;
  if (composer && composer.draft === thread) composer.show(body);
}
