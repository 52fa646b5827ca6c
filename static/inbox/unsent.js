/** The teammate's own words in the thread before the server has them, and what becomes of them. */

import { elementsOf } from "./ask.js";

/** @typedef {import("./outbox.js").Item} Item */

/**
 * @param {HTMLTemplateElement} template of a message of this kind
 * @param {Item} item
 */
export function bubbleOf(template, item) {
  const bubble = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
  );
  bubble.removeAttribute("id");
  bubble.classList.add("is-own");
  Object.assign(bubble.dataset, {
    clientId: item.client_id,
    at: new Date(item.created_at).toISOString(),
  });
  const words = /** @type {HTMLElement} */ (bubble.querySelector(".bubble"));
  if (item.body) words.textContent = item.body;
  else words.remove();
  const files = /** @type {HTMLElement} */ (bubble.querySelector(".files"));
  files.replaceChildren(...item.uploads.flatMap(({ html }) => elementsOf(html)));
  const choices = /** @type {HTMLElement} */ (bubble.querySelector(".choices"));
  choices.replaceChildren(...(item.choices || []).map(choiceOf));
  return bubble;
}

/**
 * @param {HTMLElement} bubble
 * @param {Item} item
 */
export function showState(bubble, item) {
  const meta = /** @type {HTMLElement} */ (bubble.querySelector(".meta"));
  meta.replaceChildren(...stateOf(item));
  bubble.classList.toggle("is-failed", item.state === "failed");
}

/** @param {string} text */
function choiceOf(text) {
  const choice = document.createElement("li");
  choice.className = "choice";
  choice.textContent = text;
  return choice;
}

/**
 * @param {Item} item
 * @returns {Node[]}
 */
function stateOf(item) {
  const words = document.createElement("span");
  words.className = "sending";
  if (item.state !== "failed") {
    words.textContent = item.attempts ? "Waiting for the connection" : "Sending…";
    return [words];
  }
  words.textContent = `Not sent. ${item.reason}`;
  const actions = [
    ["retry", "Try again"],
    ["edit", "Edit"],
    ["discard", "Discard"],
  ].map(([action, name]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.ownAction = action;
    button.textContent = name;
    return button;
  });
  return [words, ...actions];
}
