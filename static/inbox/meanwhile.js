/** What is told while an answer is under way: it may be newer than the answer. */

import { tell } from "./page.js";

/** @type {Set<any[]>} one list of frames for each answer that is waited for */
const waiting = new Set();

/** @param {any} frame that changes what the server has drawn */
export function remember(frame) {
  for (const told of waiting) told.push(frame);
}

/**
 * Puts what the server has drawn on the screen, and on top of it once more what frames have told
 * since it was asked.
 * @param {() => Promise<void>} work asks, and puts the answer in its place
 */
export async function withNews(work) {
  /** @type {any[]} */
  const told = [];
  waiting.add(told);
  try {
    await work();
  } finally {
    waiting.delete(told);
  }
  for (const frame of told) tell("inbox:again", frame);
}
