import { LiveSocket } from "../shared/socket.js";
import { clearShown, refreshBell, ring } from "./bell.js";
import { ask, Problem } from "./ask.js";
import { askSoon } from "./belonging.js";
import { list } from "./list.js";
import { follow } from "./merging.js";
import { remember, withNews } from "./meanwhile.js";
import { memory } from "./memory.js";
import { afterPaint } from "./painting.js";
import { addressOf, conversation, hear, home, isAsked, tell, view } from "./page.js";
import { put } from "./places.js";
import { seeing, seeNobody, typingBy } from "./presence.js";
import { showRecord } from "./record.js";
import { spaced, spacedWhileSeen } from "./spacing.js";
import { thread } from "./thread.js";
import { toast } from "./toasts.js";

const POLL_MS = 5000;
const POLL_AFTER_MS = 2000;
const COUNTS_EVERY_MS = 3000;
const COUNTS_SOON_MS = 250;
const LIST_EVERY_MS = 5000;
const HEAD_SOON_MS = 150;
const TICK_MS = 5000;
const ASKED_EVERY_MS = 60_000;
/** Whoever holds a key down passes many conversations and looks at none. */
const WATCH_EVERY_MS = 150;
const ASLEEP_MS = 15000;
const TELL_AFTER_MS = 4000;

/** @type {LiveSocket} */
let socket;
let isLoggedOut = false;
let isPollFailing = false;
let isResuming = true;
let isHeadOwed = false;
let wasLive = false;
/** @type {string|null} the conversation that the server was last told to watch for us */
let told = null;
/** How many times it was told since it last confirmed all. */
let unconfirmed = 0;
/** @type {any} */
let pollTimer = 0;
/** @type {any} */
let tellTimer = 0;

// ---- asking again ----

/** @param {() => Promise<unknown>|undefined|null} work that may fail: the next round is near */
async function quietly(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.isLoggedOut) tell("inbox:logged-out");
    if (error instanceof Problem && error.status === 404) vanish();
    return false;
  }
}

/** The conversation on screen is no longer there for this teammate. */
export async function vanish() {
  const slug = view();
  const gone = conversation();
  if (!gone) return;
  const response = await ask(addressOf(slug), { part: "conversation" }).catch(() => null);
  if (!response || conversation() !== gone) return;
  put(await response.text());
  history.replaceState(null, "", addressOf(slug));
  tell("inbox:arrived", { view: slug, conversation: "" });
  toast("This conversation has moved to where you cannot see it.");
}

/** Makes the whole screen true again: after a gap, a sleep, a change of access. */
function refreshAll() {
  headSoon();
  return Promise.all([refreshLists(), quietly(() => thread()?.catchUp())]);
}

/** What no version tells of: the conversation itself is asked for by its own. */
function refreshLists() {
  countsSoon();
  bellSoon();
  return quietly(refreshList);
}

/** Nothing was heard for a while. */
function catchUp() {
  refreshAll();
  recordSoon();
  tell("inbox:resumed");
}

async function refreshList() {
  try {
    await list().refresh();
  } catch (error) {
    // The list itself is gone: a team that this teammate may not see any more.
    if (error instanceof Problem && error.status === 404) location.assign(home);
    throw error;
  }
}

const listSoon = spacedWhileSeen(() => quietly(refreshList), LIST_EVERY_MS, COUNTS_SOON_MS);

const countsSoon = spacedWhileSeen(
  () =>
    quietly(async () => {
      const response = await ask(addressOf(view()), { part: "views" });
      putViews(await response.text());
      showCount();
    }),
  COUNTS_EVERY_MS,
  COUNTS_SOON_MS,
);

/**
 * What has the focus in the rail, or is dragged through it, is in somebody's hand.
 * @param {string} html
 */
function putViews(html) {
  if (document.querySelector("#views .is-dragged")) return;
  const focused = document.activeElement?.closest("#views a");
  const href = focused?.getAttribute("href");
  put(html);
  if (!href) return;
  /** @type {HTMLElement|null} */ (
    document.querySelector(`#views a[href="${CSS.escape(href)}"]`)
  )?.focus({ preventScroll: true });
}

const headSoon = spaced(
  () => quietly(() => withNews(refreshHead)),
  HEAD_SOON_MS,
  HEAD_SOON_MS,
);

async function refreshHead() {
  const id = conversation();
  if (!id) return;
  const response = await ask(addressOf(view(), id), { part: "head" });
  const html = await response.text();
  if (conversation() === id) showHead(html);
}

/**
 * Puts a newer head in place of the one on screen, unless somebody is in the middle of it.
 * @param {string} html
 */
export function showHead(html) {
  // An open menu is in somebody's hand, and a form that waits for its answer must be there to
  // take it: the answer is a new head itself.
  isHeadOwed = document.querySelector("#head :is(details[open], .htmx-request)") !== null;
  if (!isHeadOwed) put(html);
}

const recordSoon = spaced(() => quietly(refreshRecord), HEAD_SOON_MS, HEAD_SOON_MS);

/** What is known of the customer has grown; the panel itself stays, and with it where it floats. */
async function refreshRecord() {
  const id = conversation();
  if (!id) return;
  const response = await ask(addressOf(view(), id), { part: "record" });
  const html = await response.text();
  if (conversation() === id) showRecord(html);
}

const bellSoon = spaced(
  () => quietly(() => refreshBell().then(clearShown)),
  HEAD_SOON_MS,
  COUNTS_SOON_MS,
);

/** @param {any} state */
function isRecordOld(state) {
  const shown = /** @type {HTMLElement|null} */ (document.querySelector(".record-body"));
  return shown !== null && shown.dataset.rating !== String(state.rating ?? "");
}

/** @param {Event} event */
function payHead(event) {
  if (!isHeadOwed || !(event.target instanceof HTMLDetailsElement) || event.target.open) return;
  isHeadOwed = false;
  headSoon();
}

/** The number beside the list's name is that of its view in the rail. */
function showCount() {
  const current = document.querySelector(`#views [data-view="${CSS.escape(view())}"]`);
  const own = document.getElementById("views")?.dataset.count;
  const count = isAsked() && own !== undefined ? own : current?.querySelector("em")?.textContent || "";
  const place = document.querySelector(".list-count");
  if (place) place.textContent = count;
  for (const link of document.querySelectorAll("#views [aria-current]")) {
    link.removeAttribute("aria-current");
  }
  current?.setAttribute("aria-current", "page");
}

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
  conversation(frame) {
    remember(frame);
    const isShown = frame.conversation === conversation() && !frame.removed;
    memory.forget(frame.conversation, isShown ? memory.here : "");
    showState(frame);
  },
  typing(frame) {
    if (frame.conversation !== conversation()) return;
    thread()?.writes(frame.author);
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
  belonging(frame) {
    remember(frame);
    showBelonging(frame);
  },
  views: countsSoon,
  mention() {
    countsSoon();
    if (view() === "mentions") quietly(refreshList);
  },
  merged: follow,
  side: (frame) => tell("inbox:side", frame),
  later: (frame) => tell("inbox:later", frame),
  draft(frame) {
    remember(frame);
    tell("inbox:draft", frame);
  },
  stale: () => tell("inbox:stale"),
  record() {
    tell("inbox:news");
    headSoon();
    recordSoon();
  },
  followers(frame) {
    if (frame.conversation !== conversation()) return;
    tell("inbox:news");
    headSoon();
    recordSoon();
  },
};

/** @param {any} frame the row and the state of a conversation */
function showState(frame) {
  list().apply(frame);
  countsSoon();
  if (frame.conversation !== conversation()) return;
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

/** @param {any} state */
function isHeadOld(state) {
  const head = document.getElementById("head")?.dataset;
  if (!head) return false;
  return (
    head.status !== state.status ||
    head.assignee !== (state.assignee || "") ||
    head.team !== (state.team || "") ||
    head.priority !== state.priority ||
    head.tags !== state.tags.join(", ") ||
    Boolean(head.waiting) !== Boolean(state.waiting_since) ||
    Boolean(head.snoozed) !== Boolean(state.snoozed_until)
  );
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
    if (!(await quietly(refreshList))) return;
    socket.start();
  }
  socket.hurry();
  showConnection();
  if (navigator.onLine) tell("inbox:online");
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
  hear("inbox:again", (frame) => {
    if (frame.type === "draft") tell("inbox:draft", frame);
    else if (frame.type === "belonging") showBelonging(frame);
    else showState(frame);
  });
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
  hear("inbox:logged-out", () => {
    isLoggedOut = true;
    stopPolling();
    socket.stop();
    showConnection();
  });
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
