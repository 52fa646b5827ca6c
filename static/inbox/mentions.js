import { make } from "./formatting.js";
import { MacroPicker } from "./macros.js";

const NAMED = /(^|[\s(])@([^\n@]{0,40})$/;

/**
 * What the words before the cursor look for: the text after an "@" that begins a word.
 * @param {string} before
 * @returns {{start: number, name: string}|null}
 */
export function namedMention(before) {
  const found = NAMED.exec(before);
  // A name has a few words; what follows one that was chosen is the sentence.
  if (!found || found[2].split(" ").length > 3) return null;
  return { start: found.index + found[1].length, name: found[2] };
}

/**
 * Which of these names a note says, of those who would not read it.
 * @param {string} text
 * @param {Map<string, string>} blind "@name" → the sentence about it
 */
export function warningsOf(text, blind) {
  const said = text.toLowerCase();
  return [...blind].filter(([name]) => said.includes(name.toLowerCase())).map(([, why]) => why);
}

/**
 * Offers teammates and teams after an "@" in a note, and says before it is sent who would not see
 * it.
 * @param {import("./composer.js").InboxComposer} composer
 */
export function keepMentions(composer) {
  const { text } = composer;
  const hint = /** @type {HTMLElement} */ (composer.querySelector(".composer-hint"));
  /** @type {Map<string, string>} */
  const blind = new Map();
  const isNote = () => composer.kind === "note";
  const named = (/** @type {string} */ before) => (isNote() ? namedMention(before) : null);
  const picker = new MacroPicker(
    text,
    composer.dataset.mentions || "",
    ({ body }, start, end) => {
      const after = start + body.length;
      make(text, { from: start, to: end, text: body, start: after, end: after });
    },
    named,
  );
  const warn = () => {
    const warnings = isNote() ? warningsOf(text.value, blind) : [];
    const words = warnings.join(" ");
    if (hint.textContent !== words) hint.textContent = words;
    hint.hidden = !words;
  };
  composer.form.addEventListener("input", warn);
  composer.form.addEventListener("change", warn);
  // The options say who is blind here: what was offered once is remembered.
  new MutationObserver(() => {
    for (const option of composer.querySelectorAll("#mention-options [data-blind]")) {
      const { body = "", blind: why = "" } = /** @type {HTMLElement} */ (option).dataset;
      blind.set(body.trim(), why);
    }
    warn();
  }).observe(composer.form, { childList: true });
  return picker;
}
