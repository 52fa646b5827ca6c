import { ask, elementsOf, Problem } from "./ask.js";
import { composer } from "./composer.js";
import { giveBack } from "./drafts.js";
import { keptForLater, question } from "./later.js";
import { Outbox } from "./outbox.js";
import { joined, sentenceOf } from "./overtaking.js";
import { addressOf, conversation, hear, me, tell, view } from "./page.js";
import { painted } from "./painting.js";
import { go } from "./places.js";
import { thread } from "./thread.js";
import { sayDone, toast } from "./toasts.js";

/** @typedef {import("./outbox.js").Item} Item */

/**
 * One of several tabs works off a conversation's line; a browser without locks relies on the
 * client ids alone.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
async function exclusive(name, work) {
  // The teammate's own words are on the screen before anything is done about them.
  await painted();
  if (navigator.locks) await navigator.locks.request(name, work);
  else await work();
}

/** @param {Item} item */
async function deliver(item) {
  const form = new URLSearchParams({
    kind: item.kind,
    body: item.body,
    client_id: item.client_id,
    last_seen_seq: String(item.last_seen_seq),
  });
  if (item.override) form.set("override", "true");
  for (const { id } of item.uploads) form.append("attachments", id);
  for (const { step } of item.then || []) form.append("then", step);
  for (const macro of item.macros || []) form.append("macros", macro);
  if (item.hold) form.set("hold", "true");
  if (item.due) form.set("due", item.due);
  if (item.due_at) form.set("due_at", item.due_at);
  if (item.then?.length || item.due) {
    form.set("timezone", Intl.DateTimeFormat().resolvedOptions().timeZone);
  }
  for (const choice of item.choices || []) form.append("choices", choice);
  const place = question();
  try {
    const response = await ask(item.url, { form });
    return { ...(await response.json()), place };
  } catch (error) {
    if (error instanceof Problem && error.isLoggedOut) tell("inbox:logged-out");
    throw error;
  }
}

/**
 * @param {Item} item
 * @param {any} answer the message with its `seq`, or what is kept for `later`
 */
function onSent(item, answer) {
  tell("inbox:kept", { conversation: item.conversation });
  if (answer.later) {
    if (item.conversation === conversation()) thread()?.removeOwn(item.client_id);
    keptForLater(item, answer);
    return;
  }
  if (item.conversation === conversation()) thread()?.receive(answer);
  tell(answer.done ? "inbox:done" : "inbox:changed", answer.done);
  if (answer.offer) sayDone(answer.offer);
}

/**
 * Somebody was faster: the words go back to the composer, and the teammate decides.
 * @param {Item} item
 * @param {import("./ask.js").Problem} problem
 */
function onReturned(item, problem) {
  /** @type {any[]} */
  const newer = problem.document.messages || [];
  const newest = newer.at(-1);
  const overtaken = newer.reduce((before, { seq, author, created_at: at, html }) => {
    const words = elementsOf(html)[0].querySelector(".bubble")?.textContent || "";
    return joined(before, { authorName: author.name, at, authorType: author.type, words, seq });
  }, null);
  giveBack(item, overtaken);
  if (item.conversation === conversation()) {
    thread()?.removeOwn(item.client_id);
    thread()?.heardOf(newest?.seq || Infinity);
    composer()?.reload();
    return;
  }
  const open = { name: "Open", run: () => go(addressOf(view(), item.conversation)) };
  const words = overtaken ? sentenceOf(overtaken) : problem.message;
  toast(`Your reply to ${item.contact_name} was not sent. ${words}`, { tone: "bad", action: open });
}

/** Keeps what the teammate sends until the server has it. */
export function keepSending() {
  const outbox = new Outbox({
    prefix: `counterfoil:outbox:${me}:`,
    storage: localStorage,
    deliver,
    onSent,
    onReturned,
    onChange(item) {
      if (item.conversation === conversation()) thread()?.showOwn(item);
    },
    exclusive,
  });
  const showAll = () => {
    for (const item of outbox.items(conversation())) thread()?.showOwn(item);
  };
  hear("inbox:send", (draft) => outbox.add(draft));
  hear("inbox:stored", (clientId) => outbox.take(clientId));
  hear("inbox:online", () => outbox.hurry());
  hear("inbox:arrived", showAll);
  hear("inbox:own", ({ action, clientId }) => {
    if (action === "retry") {
      outbox.retry(clientId);
      return;
    }
    const item = outbox.take(clientId);
    thread()?.removeOwn(clientId);
    if (!item || action !== "edit") return;
    giveBack(item, null);
    composer()?.reload();
  });
  outbox.load();
  showAll();
}
