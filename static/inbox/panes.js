/** The panes at the sides: shown or not, as this device was last told. */

import { app, store } from "./page.js";

/** @typedef {"rail"|"record"} Pane */

/** @param {Pane} name */
const keyOf = (name) => `counterfoil:no-${name}`;

/**
 * Whether a pane lies over the others, where there is no room beside them.
 * @param {HTMLElement} pane
 * @param {string} off the class of an app without it
 */
const isFloating = (pane, off) =>
  getComputedStyle(pane).position === "fixed" ||
  (!pane.checkVisibility() && !app().classList.contains(off));

/** @param {Pane} name */
export function togglePane(name) {
  const pane = document.getElementById(name);
  if (!pane) return;
  if (isFloating(pane, `no-${name}`)) {
    pane.togglePopover();
    return;
  }
  const isOff = app().classList.toggle(`no-${name}`);
  store.set(keyOf(name), isOff ? "yes" : null);
}

/** Leaves out what was left out here before. */
export function keepPanes() {
  for (const name of /** @type {Pane[]} */ (["rail", "record"])) {
    app().classList.toggle(`no-${name}`, store.get(keyOf(name)) !== null);
  }
}
