import { keepTimes } from "../shared/times.js";
import { keepAhead } from "./ahead.js";
import { keepBell } from "./bell.js";
import { keepArranging } from "./railing.js";
import { keepBatches } from "./batches.js";
import { keepChoosing } from "./choosing.js";
import { keepDevice } from "./devices.js";
import { keepFilter } from "./filtering.js";
import { keepFragments } from "./forms.js";
import { keepKeys } from "./keys.js";
import { list } from "./list.js";
import { goLive } from "./live.js";
import { keepLater } from "./later.js";
import { keepMerging } from "./merging.js";
import "./menu.js";
import { conversation, hear, isWide, tell, view } from "./page.js";
import "./palette.js";
import { keepPanes } from "./panes.js";
import { go, keepPlaces } from "./places.js";
import { keepSending } from "./sending.js";
import { sayDone } from "./toasts.js";
import { keepRecord, showTheirTime } from "./record.js";
import { keepSides } from "./sides.js";
import { keepSplitting } from "./splitting.js";
import { keepTheme } from "./themes.js";
import { keepTruth } from "./truth.js";
import { tellZone } from "./zones.js";

/** What is said and shown when a form was sent. */
function keepForms() {
  keepFragments();
  document.addEventListener("htmx:beforeRequest", rememberNext);
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = /** @type {CustomEvent} */ (event).detail;
    if (target instanceof HTMLElement && /^(head$|message-)/.test(target.id)) focusHead();
  });
  hear("inbox:done", (done) => {
    sayDone(done);
    tell("inbox:changed");
    const isMoved = done.status !== "open" && done.status !== before;
    if (isMoved && done.conversation === conversation()) goOn(done.status);
  });
}

/** The new head has no focus, because what had it is gone. */
function focusHead() {
  if (document.activeElement !== document.body) return;
  /** @type {HTMLElement|null} */ (document.querySelector(".scroll"))?.focus({
    preventScroll: true,
  });
}

/** The row after the one that is being worked on; its own may be gone before the answer comes. */
let next = "";
/** What its status was. */
let before = "";

function rememberNext() {
  before = document.getElementById("head")?.dataset.status || "";
  const row = list().row(conversation());
  const beside = row?.nextElementSibling?.querySelector("a.row-link")
    || row?.previousElementSibling?.querySelector("a.row-link");
  next = beside instanceof HTMLAnchorElement ? beside.href : "";
}

/**
 * After closing or snoozing comes the next one in the list.
 * @param {string} status
 */
function goOn(status) {
  if (next && isWide() && view() !== status) go(next);
}

keepPanes();
keepTimes();
keepTheme();
keepPlaces();
keepForms();
keepKeys();
keepChoosing();
keepFilter();
keepArranging();
keepBatches();
keepSending();
keepBell();
keepDevice();
tellZone();
keepLater();
keepTruth();
keepAhead();
goLive();
showTheirTime();
keepRecord();
keepMerging();
keepSides();
keepSplitting();
hear("inbox:arrived", showTheirTime);
