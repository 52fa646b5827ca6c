/** The live connection: what its frames change on the screen, and what is done without it. */

import { LiveSocket } from "../shared/socket.js";
import { ring } from "./bell.js";
import { ask, elementsOf } from "./ask.js";
import { askSoon } from "./belonging.js";
import { refreshMe, showAway, showFace } from "./colleagues.js";
import { list } from "./list.js";
import { follow } from "./merging.js";
import { remember } from "./meanwhile.js";
import { memory } from "./memory.js";
import { afterPaint } from "./painting.js";
import { conversation, hear, isAsked, tell, view } from "./page.js";
import { seeing, seeNobody, typingBy } from "./presence.js";
import {
  bellSoon,
  catchUp,
  countsSoon,
  headSoon,
  isBeside,
  isHeadOld,
  isRecordOld,
  listSoon,
  payHead,
  quietly,
  recordSoon,
  redrawSoon,
  refreshAll,
  refreshList,
  refreshLists,
  showCount,
} from "./refreshing.js";
import { spaced, spacedWhileSeen } from "./spacing.js";
import { thread } from "./thread.js";

const POLL_MS = 5000;
const POLL_AFTER_MS = 2000;
const TICK_MS = 5000;
const ASKED_EVERY_MS = 60_000;
/** Whoever holds a key down passes many conversations and looks at none. */
const WATCH_EVERY_MS = 150;
const ASLEEP_MS = 15000;
const TELL_AFTER_MS = 4000;
/** So long an answer may be under way to what was asked before we were back. */
const LATE_MS = 15000;
/** What all screens hear at the same moment, or a screen many times in a row, is asked so often. */
const SELDOM_MS = 5000;
const OWN_SOON_MS = 250;
/** Of the record, what would be lost to whoever is at it. */
const IN_HAND = "#about :is(:active, :focus, [data-further])";

/** @type {LiveSocket} */
let socket;
let isLoggedOut = false;
/** When we came back from having been logged out. */
let backAt = -Infinity;
let isPollFailing = false;
let isResuming = true;
let wasLive = false;
/** @type {string|null} the conversation that the server was last told to watch for us */
let told = null;
/** How many times it was told since it last confirmed all. */
let unconfirmed = 0;
/** @type {any} */
let pollTimer = 0;
/** @type {any} */
let tellTimer = 0;

// ---- frames ----

/** @type {Record<string, (frame: any) => void>} */
const react = {
  ready(frame) {
    const open = thread();
    if (open) open.heardOf(frame.conversation[open.id_] || 0);
    unconfirmed = Math.max(0, unconfirmed - 1);
    if (told !== (open?.id_ || "")) watch();
    else if (!unconfirmed) tell("inbox:watched", told);
    if (!isResuming) return;
    isResuming = false;
    if (wasLive) catchUp();
    else refreshLists();
    wasLive = true;
    tell("inbox:live");
  },
  ping(frame) {
    const open = thread();
    if (open) open.heardOf(frame.seq?.[open.id_] || 0);
  },
  message(frame) {
    if (frame.conversation === conversation()) thread()?.receive(frame);
  },
  note: change,
  conversation(frame) {
    const isShown = frame.conversation === conversation() && !frame.removed;
    if (frame.is_seen !== false) memory.forget(frame.conversation, isShown ? memory.here : "");
    change(frame);
  },
  typing(frame) {
    if (frame.conversation !== conversation()) return;
    thread()?.typists.heard(frame.author);
    typingBy(frame.author);
  },
  read(frame) {
    if (frame.by === "me" && frame.unread) tell("inbox:unread", frame);
    else if (frame.by === "me") tell("inbox:own-read", frame);
    else if (frame.conversation === conversation()) thread()?.contactRead(frame.seq);
  },
  presence: seeing,
  notification(frame) {
    ring(frame);
    bellSoon();
  },
  belonging: change,
  views: countsSoon,
  mention() {
    countsSoon();
    if (view() === "mentions") quietly(refreshList);
  },
  merged: follow,
  side: (frame) => tell("inbox:side", frame),
  later: (frame) => tell("inbox:later", frame),
  draft: change,
  stale: () => tell("inbox:stale"),
  record: askAround,
  did: spacedWhileSeen(
    () => {
      if (document.querySelector(IN_HAND)) react.did({});
      else recordSoon();
    },
    SELDOM_MS,
    0,
  ),
  away: change,
  face: change,
  me(frame) {
    meSoon();
    if (!frame.is_all) return;
    redrawSoon();
    countsSoon();
    chooseAgain();
    askAround();
  },
  macros() {
    chooseAgain();
    tell("inbox:macros");
  },
  names() {
    memory.clear();
    namesSoon();
    choicesSoon();
  },
  choices: () => choicesSoon(),
  followers(frame) {
    if (frame.conversation === conversation()) askAround();
  },
};

/** What a frame tells whole: done now, and once more to an answer that it overtook. */
const tellings = {
  /** @param {any} frame a note that was edited, deleted or brought back */
  note(frame) {
    if (frame.conversation === conversation()) thread()?.revise(elementsOf(frame.html));
  },
  conversation: showState,
  belonging: showBelonging,
  draft: (/** @type {any} */ frame) => tell("inbox:draft", frame),
  away: showAway,
  face: showFace,
};

/** @param {any} frame */
const tellAgain = (frame) => tellings[/** @type {keyof typeof tellings} */ (frame.type)](frame);

/** @param {any} frame */
function change(frame) {
  remember(frame);
  tellAgain(frame);
}

/** All screens hear it at once: each asks at a moment of its own. */
const ownMoment = Math.random() * SELDOM_MS;

const meSoon = spacedWhileSeen(
  () => {
    if (document.querySelector("#me :is([open], .htmx-request)")) meSoon();
    else {
      quietly(refreshMe);
      bellSoon();
    }
  },
  SELDOM_MS,
  OWN_SOON_MS,
);

const namesSoon = spacedWhileSeen(
  () => {
    countsSoon();
    listSoon();
    bellSoon();
  },
  SELDOM_MS,
  ownMoment,
);

const choicesSoon = spacedWhileSeen(
  () => {
    chooseAgain();
    askAround();
    stepOn();
    tell("inbox:names");
  },
  SELDOM_MS,
  ownMoment,
);

/** Somebody else may have done one of the first steps of a new install. */
const stepOn = () => document.querySelector(".rail-steps") && redrawSoon();

/** What is chosen from for several is asked for again when it is opened. */
const chooseAgain = () => document.getElementById("many")?.removeAttribute("data-filled");

/** Asks again for what stands around the thread: the head and the record. */
function askAround() {
  tell("inbox:news");
  headSoon();
  recordSoon();
}

/** @param {any} frame the row and the state of a conversation */
function showState(frame) {
  list().apply(frame);
  countsSoon();
  stepOn();
  if (frame.conversation !== conversation()) {
    if (isBeside(frame)) react.did(frame);
    return;
  }
  if (frame.removed || isHeadOld(frame.state)) headSoon();
  if (!frame.removed && isRecordOld(frame.state)) recordSoon();
}

/**
 * What filters ask has changed about these.
 * @param {{conversations: string[], is_cut: boolean}} frame
 */
function showBelonging(frame) {
  if (hasAsked()) countsSoon();
  if (!isAsked()) return;
  if (frame.is_cut) listSoon();
  else for (const id of frame.conversations) askSoon(id);
}

/** Whether the screen shows lists or counts of which no frame tells all: time alone changes them. */
const hasAsked = () => isAsked() || document.querySelector("#views [data-saved]") !== null;

function watching() {
  const open = thread();
  told = open?.id_ || "";
  const visible = document.visibilityState === "visible";
  return { visible, view: view(), conversation: open ? { [open.id_]: open.lastSeq } : {} };
}

/** Says what is on screen; what cannot be said yet is said when the connection is ready. */
function watch() {
  if (socket.send({ type: "watch", watch: watching() })) unconfirmed += 1;
  else told = null;
}

// ---- the state of the connection ----

/** @param {string} state */
function changed(state) {
  clearTimeout(tellTimer);
  memory.isTrue = state === "live";
  if (state === "live") {
    stopPolling();
    isPollFailing = false;
    showConnection();
    tell("inbox:online");
    return;
  }
  // Also a connection that is dialed anew after a sleep has missed what was told meanwhile.
  isResuming = true;
  if (state === "waiting") {
    seeNobody();
    if (!pollTimer) pollTimer = setTimeout(poll, POLL_AFTER_MS);
  }
  tellTimer = setTimeout(showConnection, TELL_AFTER_MS);
}

function stopPolling() {
  clearTimeout(pollTimer);
  pollTimer = 0;
}

async function poll() {
  const [isListThere] = await refreshAll();
  if (isListThere && isPollFailing) tell("inbox:online");
  isPollFailing = !isListThere;
  showConnection();
  if (pollTimer && !isLoggedOut) pollTimer = setTimeout(poll, POLL_MS);
}

function showConnection() {
  const bar = /** @type {HTMLElement} */ (document.getElementById("connection"));
  const state = connectionState();
  if (bar.dataset.state === state) return;
  bar.dataset.state = state;
  bar.textContent = WORDS[state];
  if (state !== "logged-out") return;
  const link = document.createElement("a");
  link.href = `${document.body.dataset.login}?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "Log in again";
  bar.append(" ", link);
}

/** @returns {keyof typeof WORDS} */
function connectionState() {
  if (isLoggedOut) return "logged-out";
  if (!navigator.onLine) return "offline";
  if (socket.state === "live") return "live";
  if (isPollFailing) return "away";
  return "polling";
}

const WORDS = {
  live: "",
  offline: "You are offline. What you write is kept and goes out when you are back.",
  away: "The server does not answer. What you write is kept; trying again…",
  polling: "Live updates are interrupted. Looking for news every few seconds.",
  "logged-out": "You have been logged out. What you wrote is kept on this device.",
};

// ---- start ----

/** @param {{conversation: string, seq: number, url: string}} mark */
function sendRead(mark) {
  const { conversation: id, seq, url } = mark;
  if (socket.send({ type: "read", conversation: id, seq })) return;
  quietly(() => ask(url, { form: { seq: String(seq) } }));
}

async function hurry() {
  if (isLoggedOut) {
    isLoggedOut = false;
    backAt = performance.now();
    if (!(await quietly(refreshList))) return;
    socket.start();
  }
  socket.hurry();
  showConnection();
  if (navigator.onLine) tell("inbox:online");
}

/** Told by an answer of the server; just after we came back it may be one to an old question. */
async function loggedOut() {
  const isLate = performance.now() - backAt < LATE_MS;
  if (isLate && (await refreshList().then(() => true, () => false))) return;
  isLoggedOut = true;
  stopPolling();
  socket.stop();
  showConnection();
}

/** A machine that slept notices by the clock: its timers stood still. */
function noticeSleep() {
  let tickedAt = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - tickedAt > ASLEEP_MS) hurry();
    tickedAt = now;
  }, TICK_MS);
}

/** Opens the socket and keeps the screen true, with it or without it. */
export function goLive() {
  socket = new LiveSocket({
    url: () => document.body.dataset.live || "",
    hello() {
      unconfirmed = 1;
      return { type: "hello", watch: watching() };
    },
    onFrame: (frame) => react[frame.type]?.(frame),
    onState: changed,
    onRefused: () => tell("inbox:logged-out"),
  });
  const watchSoon = spaced(watch, WATCH_EVERY_MS, 0);
  hear("inbox:arrived", () => {
    if (isAsked()) countsSoon();
    showCount();
    afterPaint(watchSoon);
  });
  hear("inbox:again", tellAgain);
  hear("inbox:stale", () => {
    catchUp();
    tell("inbox:live");
  });
  hear("inbox:arranged", countsSoon);
  hear("inbox:record", recordSoon);
  hear("inbox:typing", (typing) => socket.send({ type: "typing", ...typing }));
  hear("inbox:read", sendRead);
  hear("inbox:changed", () => {
    countsSoon();
    if (socket.state !== "live" || isAsked()) quietly(refreshList);
  });
  hear("inbox:logged-out", loggedOut);
  document.addEventListener("toggle", payHead, { capture: true });
  window.addEventListener("online", hurry);
  window.addEventListener("offline", showConnection);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry();
    watch();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) hurry();
  });
  setInterval(() => {
    if (document.visibilityState !== "visible" || !hasAsked()) return;
    countsSoon();
    if (isAsked()) quietly(refreshList);
  }, ASKED_EVERY_MS);
  noticeSleep();
  showCount();
  socket.start();
}
