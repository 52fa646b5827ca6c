/** Where the teammate has begun to write: marks on the rows of their own list. */

import { ask } from "./ask.js";
import { hear, home, tell } from "./page.js";

/**
 * Conversation → the kinds of draft there.
 * @type {Map<string, Set<string>>}
 */
const begun = new Map();

/** @param {{conversation: string, kind: string, is_empty?: boolean}} draft */
function note({ conversation, kind, is_empty: isEmpty = false }) {
  const kinds = begun.get(conversation) || new Set();
  const had = kinds.size > 0;
  if (isEmpty) kinds.delete(kind);
  else kinds.add(kind);
  if (kinds.size) begun.set(conversation, kinds);
  else begun.delete(conversation);
  if (had !== kinds.size > 0) tell("inbox:marked", conversation);
}

/** Asks for all marks anew: at first, and after a gap in what was heard. */
async function refresh() {
  const response = await ask(`${home}drafts/`).catch(() => null);
  if (!response) return;
  const { drafts } = await response.json();
  const before = [...begun.keys()];
  begun.clear();
  for (const draft of drafts) note(draft);
  for (const conversation of before) {
    if (!begun.has(conversation)) tell("inbox:marked", conversation);
  }
}

/**
 * Gives a row its mark, or takes it off.
 * @param {HTMLElement} row
 */
export function markBegun(row) {
  const has = begun.has(row.dataset.conversation || "");
  const mark = row.querySelector(".row-draft");
  if (has === Boolean(mark)) return;
  mark?.remove();
  if (!has) return;
  const word = document.createElement("span");
  word.className = "row-draft";
  word.textContent = "Draft: ";
  row.querySelector(".row-preview")?.prepend(word);
}

hear("inbox:draft", note);
hear("inbox:live", refresh);
