import { ask } from "./ask.js";
import { chooseAll, chooseNone, chooseRange, chosenIds, doMany, isChoosing, toggle } from "./choosing.js";
import { composer } from "./composer.js";
import { openFilter } from "./filtering.js";
import { Keyboard } from "./keyboard.js";
import { focusRow, list } from "./list.js";
import { openMenu } from "./menu.js";
import { openMerge } from "./merging.js";
import { addressOf, conversation, hear, isWide, me, tell, view } from "./page.js";
import { togglePane } from "./panes.js";
import { go, leave } from "./places.js";
import { editRecord } from "./record.js";
import { openSplit } from "./splitting.js";
import { thread } from "./thread.js";
import { explain, takeOffer, toast } from "./toasts.js";

/** @param {EventTarget|null} target */
const isField = (target) =>
  target instanceof HTMLElement &&
  target.matches('input:not([type="radio"]):not([type="checkbox"]), textarea, select');

/** @param {number} step */
function walk(step) {
  const row = list().beside(step);
  if (!row) return;
  focusRow(row);
  const link = /** @type {HTMLAnchorElement} */ (row.querySelector(".row-link"));
  if (isWide() && row.dataset.conversation !== conversation()) go(link.href);
}

function enter() {
  const row = document.activeElement?.closest(".row");
  if (row instanceof HTMLElement && row.dataset.conversation !== conversation()) return false;
  thread()?.scroller.focus({ preventScroll: true });
  return true;
}

function backToList() {
  if (!isWide()) {
    leave();
    return;
  }
  const row = list().row(conversation()) || list().all()[0];
  if (row) focusRow(row);
  else document.getElementById("list")?.focus();
}

export function showHelp() {
  const help = shown();
  if (help.open) help.close();
  else help.showModal();
}

/** The palette opens at once, so that what is typed next is its own, and is filled then. */
function openPalette() {
  const palette = /** @type {HTMLDialogElement} */ (document.getElementById("palette"));
  const field = /** @type {HTMLInputElement} */ (palette.querySelector("input"));
  if (palette.open) return;
  field.value = "";
  palette.showModal();
  field.focus();
  tell("inbox:palette");
}

/** @param {"reply"|"note"} kind */
const write = (kind) => void withOne(() => composer()?.focusOn(kind));

/** @param {string} name of what is done with those that are chosen, else with the one on screen */
function menu(name) {
  if (isChoosing()) doMany(name);
  else openMenu(name);
}

/**
 * What is done with one conversation: with the one that is chosen, which comes on screen for it.
 * Where several are chosen it says so, rather than do it with the one on screen.
 * @param {() => void} run
 */
export async function withOne(run) {
  const ids = chosenIds();
  const [id = conversation()] = ids;
  if (ids.length > 1) {
    toast("Choose one conversation for this.", { tone: "bad" });
    return;
  }
  if (id !== conversation()) await go(addressOf(view(), id));
  if (id === conversation()) run();
}

/** @param {string} mark of the link on the conversation's screen that is followed */
const follow = (mark) => void withOne(() => {
  /** @type {HTMLElement|null} */ (document.querySelector(`a[data-${mark}]`))?.click();
});

/**
 * What each command of the table of keys (inbox/keyboard.py) does; false: not meant here.
 * @type {Record<string, (argument?: string) => boolean|void>}
 */
const act = {
  next: () => walk(1),
  previous: () => walk(-1),
  enter,
  leave() {
    if (isChoosing()) chooseNone();
    else backToList();
  },
  choose: () => toggle(),
  "choose-range": () => chooseRange(),
  "choose-all": () => chooseAll(),
  reply: () => write("reply"),
  note: () => write("note"),
  preview: () => void composer()?.preview(),
  macro() {
    if (chosenIds().length > 1) return void doMany("macro");
    withOne(() => composer()?.openMacros());
  },
  "edit-note": () => void withOne(() => {
    const own = document.querySelectorAll(`.message[data-author-id="${me}"] .note-change`);
    const last = /** @type {HTMLElement|undefined} */ ([...own].at(-1));
    last?.focus();
    last?.click();
  }),
  ask: () => void withOne(() => {
    /** @type {HTMLElement|null} */ (document.querySelector(".sides-ask"))?.click();
  }),
  close() {
    if (isChoosing()) return void doMany("close");
    /** @type {HTMLElement|null} */ (document.querySelector("[data-toggle-status] button"))?.click();
  },
  snooze: () => menu("snooze"),
  spam() {
    if (isChoosing()) return void doMany("spam");
    /** @type {HTMLElement|null} */ (document.querySelector("[data-spam] button"))?.click();
  },
  order: () => openMenu("order"),
  "list-menu": () => openMenu("list"),
  density() {
    /** @type {HTMLElement|null} */ (document.querySelector("[data-density-switch] button"))?.click();
  },
  filter: openFilter,
  follow() {
    if (isChoosing()) return void doMany("follow");
    /** @type {HTMLElement|null} */ (document.querySelector("[data-following] button"))?.click();
  },
  merge() {
    if (isChoosing()) return void doMany("merge");
    openMerge().catch(explain);
  },
  "merge-customer": () => void withOne(() => openMerge("merges/").catch(explain)),
  split: () => void withOne(() => openSplit().catch(explain)),
  print: () => follow("transcript"),
  why: () => follow("why"),
  due: () => follow("due"),
  unread() {
    if (isChoosing()) return void doMany("unread");
    /** @type {HTMLElement|null} */ (document.querySelector("[data-unread] button"))?.click();
  },
  assignee: () => menu("assignee"),
  team: () => menu("team"),
  give: takeOffer,
  tags: () => menu("tags"),
  priority: () => menu("priority"),
  "left-pane": () => togglePane("rail"),
  edit: () => void withOne(() => {
    const pane = document.getElementById("record");
    if (pane && !pane.checkVisibility()) togglePane("record");
    editRecord();
  }),
  "right-pane": () => togglePane("record"),
  notifications: () => openMenu("bell"),
  help: showHelp,
  palette: openPalette,
  search() {
    const here = listSearch();
    if (!here) return;
    // Everywhere; the page offers to look in the list only.
    here.searchParams.delete("here");
    location.assign(here);
  },
  "search-here"() {
    const here = listSearch();
    if (here) location.assign(here);
  },
  wait: () => {},
  go(slug) {
    const link = document.querySelector(`#views a[data-view="${CSS.escape(slug || "")}"]`);
    if (link instanceof HTMLAnchorElement) go(link.href);
  },
};

/** The address of a search in the list that is shown. */
function listSearch() {
  const link = document.querySelector("[data-search-here]");
  return link instanceof HTMLAnchorElement ? new URL(link.href) : null;
}

/** @param {KeyboardEvent} event */
function isForSomethingElse(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return true;
  if (target.closest("details[open]") || document.querySelector(":popover-open:not(.pane)")) return true;
  // A pane that lies over the others is a part of the screen; only its way out is its own.
  if (event.key === "Escape" && document.querySelector(".pane:popover-open")) return true;
  const isButton = target.closest("button, a:not(.row-link), summary, label");
  const scrolls = target.closest(".scroll") && event.key.startsWith("Arrow");
  return Boolean((isButton && event.key === "Enter") || scrolls);
}

/** The dialog that shows the keys, and is where this page knows them from. */
const shown = () => /** @type {HTMLDialogElement} */ (document.getElementById("keys"));

/**
 * Does what a command of the table says.
 * @param {string} command its name, maybe with an argument after a space
 */
export function perform(command) {
  const [name, argument] = command.split(" ");
  return act[name]?.(argument) ?? undefined;
}

/**
 * What this page can do by name, as its table of keys says.
 * @returns {{name: string, group: string, words: string, caps: string[],
 *   needsConversation: boolean}[]}
 */
export function commands() {
  const rows = [.../** @type {NodeListOf<HTMLElement>} */ (
    shown().querySelectorAll("[data-command]")
  )];
  return rows
    .map((row) => ({
      name: row.dataset.command || "",
      group: row.closest("section")?.querySelector("h3")?.textContent || "",
      words: row.textContent || "",
      caps: [...(row.previousElementSibling?.querySelectorAll("span:first-child kbd") || [])].map(
        (cap) => cap.textContent || "",
      ),
      needsConversation: row.hasAttribute("data-needs-conversation"),
    }))
    .filter(({ name }) => act[name.split(" ")[0]]);
}

/** @returns {Record<string, string[]>} the keys of each command that is ours to do */
function keysOfCommands() {
  /** @type {Record<string, string[]>} */
  const map = {};
  for (const row of shown().querySelectorAll("[data-command]")) {
    const { command = "", keys = "[]" } = /** @type {HTMLElement} */ (row).dataset;
    if (act[command.split(" ")[0]]) map[command] = JSON.parse(keys);
  }
  return map;
}

/** Listens to the keys that act on the whole page. */
export function keepKeys() {
  let keyboard = new Keyboard(keysOfCommands());
  hear("inbox:redrawn", () => {
    keyboard = new Keyboard(keysOfCommands());
  });
  const choice = /** @type {HTMLInputElement} */ (document.querySelector("[data-single-keys]"));
  document.addEventListener("keydown", (event) => {
    if (isForSomethingElse(event)) return;
    const where = { isTyping: isField(event.target), isSingleOff: !choice.checked };
    const command = keyboard.press(event, where);
    if (!command) return;
    if (perform(command) !== false) event.preventDefault();
  });
  choice.addEventListener("change", () => keepSingle(choice));
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-open-keys]")) showHelp();
    if (target.closest("[data-open-palette]")) openPalette();
  });
}

/**
 * Remembers whether single keys act, for all browsers of this teammate.
 * @param {HTMLInputElement} choice
 */
async function keepSingle(choice) {
  try {
    await ask(choice.dataset.url || "", { form: { are_single_on: String(choice.checked) } });
  } catch (error) {
    choice.checked = !choice.checked;
    explain(error);
  }
}
