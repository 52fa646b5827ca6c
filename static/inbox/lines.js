/** How the messages of a thread stand together, on the page: days, stretches of one person, what
 * was seen and picked. */

import { dayStarts, hasFollower, pickedIndex, seenIndex } from "./arranging.js";

/**
 * @param {HTMLElement} log
 * @param {number} contactReadSeq how far the contact has read
 */
export function arrange(log, contactReadSeq) {
  const messages = /** @type {HTMLElement[]} */ ([...log.querySelectorAll(":scope > .message")]);
  const lines = messages.map(lineOf);
  const seen = seenIndex(lines, contactReadSeq);
  messages.forEach((message, index) => {
    message.classList.toggle("has-follower", hasFollower(lines[index], lines[index + 1]));
    const mark = /** @type {HTMLElement|null} */ (message.querySelector(".seen"));
    if (mark) mark.hidden = index !== seen;
  });
  markPicked(messages);
  divideDays(log, dayStarts(lines).map((index) => messages[index]));
}

/**
 * What stands right is left alone: there may be hundreds.
 * @param {HTMLElement} log
 * @param {HTMLElement[]} starts the messages that begin a day
 */
function divideDays(log, starts) {
  const firsts = new Set(starts);
  for (const line of log.querySelectorAll(".day")) {
    const first = /** @type {HTMLElement} */ (line.nextElementSibling);
    if (!firsts.delete(first)) line.remove();
  }
  for (const first of firsts) first.before(dayLine(lineOf(first).at));
}

/** @param {HTMLElement[]} messages */
function markPicked(messages) {
  messages.forEach((message, index) => {
    const offered = [...message.querySelectorAll(".choice")];
    if (!offered.length) return;
    const next = messages
      .slice(index + 1)
      .find(({ dataset }) => dataset.kind === "reply" && dataset.authorType === "contact");
    const texts = offered.map((choice) => choice.firstChild?.textContent || "");
    const picked = pickedIndex(texts, next?.dataset.words);
    offered.forEach((choice, at) => {
      choice.classList.toggle("is-picked", at === picked);
      choice.querySelector(".sr")?.remove();
      if (at === picked) choice.append(pickedWord());
    });
  });
}

/** @param {HTMLElement} message */
function lineOf({ dataset }) {
  return {
    kind: dataset.kind || "",
    author: `${dataset.authorType} ${dataset.authorId}`,
    at: new Date(dataset.at || ""),
    publicSeq: Number(dataset.publicSeq),
    isOurs: dataset.authorType !== "contact",
  };
}

/** @param {Date} at */
function dayLine(at) {
  const line = document.createElement("li");
  line.className = "day";
  line.setAttribute("aria-hidden", "true");
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.dataset.time = "day";
  line.append(time);
  return line;
}

function pickedWord() {
  const word = document.createElement("span");
  word.className = "sr";
  word.textContent = " (picked)";
  return word;
}

/** The line before what is new. */
export function newLine() {
  const line = document.createElement("li");
  line.className = "new-line";
  line.textContent = "New";
  return line;
}
