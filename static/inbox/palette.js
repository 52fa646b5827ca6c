/** The palette: everything by name. What to do and where to go is known here, who and what the
 * conversations are is asked of the server. */

import { ask, elementsOf } from "./ask.js";
import { chosenIds, doMany, isChoosing } from "./choosing.js";
import { composer } from "./composer.js";
import { fitting } from "./fuzzy.js";
import { commands, perform, withOne } from "./keys.js";
import { conversation, hear, store } from "./page.js";
import { go } from "./places.js";

const RECENT = "counterfoil:palette";
const CHOSEN = "The chosen conversations";
const CONVERSATION = "This conversation";
const DO = "Do";
const GO = "Go to";
const SCREEN = "The screen";
const HELP = "Help";
const GROUPS = [CHOSEN, CONVERSATION, GO, SCREEN, HELP];
const RECENT_MOST = 6;
const SHOWN_MOST = 8;
const PAUSE_MS = 150;
const ASKED_FROM = 2;

/** What is done with one conversation at a time, also where several are chosen. */
const ALONE = ["reply", "note", "ask", "print", "split", "edit", "merge-customer"];
const WHY_NOT = "Choose one conversation for this";

/**
 * @typedef {{key: string, group: string, words: string, caps?: string[], why?: string,
 *   run: () => void}} Choice `why` it cannot be done now
 */

const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("palette"));
const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
const list = /** @type {HTMLElement} */ (dialog.querySelector('[role="listbox"]'));
const said = /** @type {HTMLElement} */ (dialog.querySelector('[role="status"]'));

/** @type {Map<string, Choice>} by the id of its option */
const choices = new Map();
/** @type {AbortController|null} */
let asking = null;
/** @type {any} */
let pause;

/** @returns {string[]} the keys of what was chosen last, the latest first */
function recent() {
  try {
    const kept = JSON.parse(store.get(RECENT) || "[]");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string} key */
function remember(key) {
  const kept = [key, ...recent().filter((other) => other !== key)].slice(0, RECENT_MOST);
  store.set(RECENT, JSON.stringify(kept));
}

/**
 * @param {string} name of a command
 * @param {string} group its group in the table of keys
 */
function groupOf(name, group) {
  if (name === "help") return HELP;
  return group === GO ? GO : SCREEN;
}

/** @returns {Choice[]} what this page can do by itself */
function local() {
  const isForMany = isChoosing();
  const areSeveral = chosenIds().length > 1;
  const isTheirs = (/** @type {{name: string, group: string}} */ { name, group }) =>
    isForMany && (group === DO || name === "macro" || ALONE.includes(name));
  const done = commands()
    .filter((each) => each.name !== "palette"
      && (!each.needsConversation || conversation() || isTheirs(each)))
    .map(({ name, group, words, caps, needsConversation }) => ({
      key: name,
      group: isTheirs({ name, group })
        ? CHOSEN
        : needsConversation ? CONVERSATION : groupOf(name, group),
      words,
      caps,
      why: areSeveral && ALONE.includes(name) ? WHY_NOT : "",
      run: () => perform(name),
    }))
    .sort((one, other) => Number(Boolean(one.why)) - Number(Boolean(other.why)));
  const known = new Set(done.map(({ key }) => key));
  const links = [...document.querySelectorAll("#views a[data-view], a[data-palette]")];
  const places = links.map((link) => {
    const { href, dataset } = /** @type {HTMLAnchorElement} */ (link);
    const words = link.querySelector(".grow")?.textContent || link.textContent || "";
    const group = dataset.palette || GO;
    return { key: `go ${dataset.view || href}`, group, words, run: () => go(href) };
  });
  const all = [...done, ...places.filter(({ key }) => !known.has(key))];
  return GROUPS.flatMap((name) => all.filter(({ group }) => group === name));
}

/** @param {string} typed */
function fill(typed) {
  const all = local();
  choices.clear();
  list.replaceChildren();
  if (typed.trim()) {
    for (const [group, held] of grouped(fitting(typed, all, ({ words }) => words))) {
      show(group, held.slice(0, SHOWN_MOST));
    }
  } else {
    const kept = recent().map((key) => all.find((each) => each.key === key));
    const lately = /** @type {Choice[]} */ (kept.filter(Boolean));
    if (lately.length) show("Recent", lately);
    const others = all.filter((each) => !lately.includes(each));
    for (const [group, held] of grouped(others)) show(group, held);
  }
  activate(options()[0]);
  clearTimeout(pause);
  asking?.abort();
  if (typed.trim().length >= ASKED_FROM) pause = setTimeout(askFor, PAUSE_MS, typed);
  else say();
}

/**
 * @param {Choice[]} all
 * @returns {Map<string, Choice[]>}
 */
function grouped(all) {
  /** @type {Map<string, Choice[]>} */
  const groups = new Map();
  for (const each of all) groups.set(each.group, [...(groups.get(each.group) || []), each]);
  return groups;
}

/**
 * @param {string} name
 * @param {Choice[]} held
 */
function show(name, held) {
  const group = document.createElement("div");
  const title = document.createElement("h3");
  group.setAttribute("role", "group");
  title.textContent = name;
  title.id = `palette-group-${list.childElementCount}`;
  title.setAttribute("role", "presentation");
  group.setAttribute("aria-labelledby", title.id);
  group.append(title, ...held.map(optionOf));
  list.append(group);
}

/** @param {Choice} choice */
function optionOf(choice) {
  const option = document.createElement("div");
  option.id = `palette-option-${choices.size}`;
  option.className = "palette-option";
  option.setAttribute("role", "option");
  const words = document.createElement("span");
  words.className = "grow cut";
  words.textContent = choice.words;
  option.append(words);
  if (choice.why) {
    const why = document.createElement("small");
    why.textContent = choice.why;
    option.setAttribute("aria-disabled", "true");
    option.append(why);
  }
  for (const cap of choice.caps || []) {
    const key = document.createElement("kbd");
    key.className = "only-keyboard";
    key.textContent = cap;
    option.append(key);
  }
  choices.set(option.id, choice);
  return option;
}

/** @param {string} typed */
async function askFor(typed) {
  const mine = (asking = new AbortController());
  list.setAttribute("aria-busy", "true");
  // Macros come filled in for one: of several that are chosen only their steps are used.
  const [whom = conversation()] = chosenIds();
  const query = new URLSearchParams({ q: typed, in: whom });
  try {
    const response = await ask(`${dialog.dataset.url}?${query}`, { signal: mine.signal });
    const html = await response.text();
    if (mine.signal.aborted) return;
    const chosen = options().find((option) => option.classList.contains("is-active"))?.textContent;
    for (const old of list.querySelectorAll("[data-found]")) old.remove();
    for (const group of elementsOf(html)) {
      group.toggleAttribute("data-found", true);
      for (const option of group.querySelectorAll('[role="option"]')) take(option, whom);
      list.append(group);
    }
    activate(options().find(({ textContent }) => textContent === chosen) || options()[0]);
    say();
  } catch (error) {
    if (!mine.signal.aborted) said.textContent = /** @type {Error} */ (error).message;
  } finally {
    if (asking === mine) list.removeAttribute("aria-busy");
  }
}

/**
 * An option as the server drew it: a link, or a macro with its words.
 * @param {Element} option
 * @param {string} whom the conversation for which they are filled in
 */
function take(option, whom) {
  option.id = `palette-option-${choices.size}`;
  const { href = "", macro = "", body = "" } = /** @type {HTMLElement} */ (option).dataset;
  const then = [.../** @type {NodeListOf<HTMLElement>} */ (
    option.querySelectorAll("[data-step]")
  )].map((step) => ({ step: step.dataset.step || "", words: step.textContent || "" }));
  const run = macro ? () => useMacro({ id: macro, body, then }, whom) : () => go(href);
  choices.set(option.id, { key: "", group: "", words: "", run });
}

/**
 * As the key for macros does: for all that are chosen, else for one.
 * @param {import("./macros.js").Chosen} macro
 * @param {string} whom
 */
function useMacro(macro, whom) {
  if (chosenIds().length > 1) return void doMany("macro", macro.id);
  withOne(() => {
    const writing = composer();
    if (!writing || conversation() !== whom) return;
    writing.text.focus();
    writing.use(macro, writing.text.selectionStart, writing.text.selectionEnd);
  });
}

function say() {
  const count = options().length;
  said.textContent = count ? "" : "Nothing fits. Enter searches everything.";
}

/** @returns {HTMLElement[]} */
const options = () => [.../** @type {NodeListOf<HTMLElement>} */ (
  list.querySelectorAll('[role="option"]')
)];

/** @param {HTMLElement|undefined} option */
function activate(option) {
  for (const other of options()) {
    other.setAttribute("aria-selected", String(other === option));
    other.classList.toggle("is-active", other === option);
  }
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

/** @param {HTMLElement|undefined} option */
function choose(option) {
  const choice = option && choices.get(option.id);
  const typed = field.value.trim();
  dialog.close();
  if (choice) {
    if (choice.key) remember(choice.key);
    choice.run();
  } else if (typed) {
    location.assign(`${dialog.dataset.search}?${new URLSearchParams({ q: typed })}`);
  }
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (event.isComposing) return;
  const all = options();
  const at = all.findIndex((option) => option.classList.contains("is-active"));
  const isMod = event.ctrlKey || event.metaKey;
  if (event.key === "ArrowDown") activate(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") activate(all[(at - 1 + all.length) % all.length]);
  else if (event.key === "Enter") choose(all[at]);
  else if (isMod && event.key.toLowerCase() === "k") dialog.close();
  else return;
  event.preventDefault();
}

field.addEventListener("input", () => fill(field.value));
field.addEventListener("keydown", keyed);
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = /** @type {Element} */ (event.target).closest('[role="option"]');
  if (option instanceof HTMLElement) choose(option);
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => {
  clearTimeout(pause);
  asking?.abort();
});

/** What was found may be gone, or go by another name. */
function again() {
  if (dialog.open && field.value.trim().length >= ASKED_FROM) {
    asking?.abort();
    askFor(field.value);
  }
}

for (const name of ["inbox:macros", "inbox:names"]) hear(name, again);
// What is in the field already may have been typed since it opened.
hear("inbox:palette", () => fill(field.value));
