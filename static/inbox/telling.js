/** The page on which a teammate says how they are told: what only their browser knows. */

import { canBeNotified, subscribe, unsubscribe } from "../shared/pushing.js";
import { ask, elementsOf, Problem } from "./ask.js";

for (const field of document.querySelectorAll("input[data-timezone]")) {
  /** @type {HTMLInputElement} */ (field).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const devices = () => /** @type {HTMLElement} */ (document.getElementById("devices"));

/** @param {string} words */
function say(words) {
  const said = devices().querySelector(".devices-said");
  if (said) said.textContent = words;
}

/** Offers what this browser can do. */
function offer() {
  const button = /** @type {HTMLElement|null} */ (devices().querySelector("[data-subscribe]"));
  if (!button) return;
  button.hidden = !canBeNotified();
  if (!canBeNotified()) say("This browser cannot show notifications.");
  else if (Notification.permission === "denied") say(DENIED);
}

const DENIED = "This browser does not let us. Its site settings can change that.";

/** @param {Record<string, string>} form */
async function send(form) {
  const response = await ask(devices().dataset.url || "", { form });
  const [fresh] = elementsOf(await response.text());
  devices().replaceWith(fresh);
  offer();
}

/** @param {HTMLButtonElement} button */
async function turnOn(button) {
  button.disabled = true;
  say("One moment…");
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      say(DENIED);
      return;
    }
    const { worker = "", scope = "", key = "" } = devices().dataset;
    const { endpoint = "", keys = {} } = (await subscribe({ worker, scope, key })).toJSON();
    await send({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    say("This browser notifies you from now on.");
    focus("[data-this]");
  } catch (error) {
    say(error instanceof Problem ? error.message : "It did not work. Try again in a while.");
  } finally {
    button.disabled = false;
  }
}

/** @param {HTMLButtonElement} button */
async function remove(button) {
  const isThis = button.hasAttribute("data-this");
  try {
    await send({ remove: button.value });
    if (isThis) await unsubscribe(devices().dataset.scope || "");
    say("Removed.");
    focus("[data-remove], [data-subscribe]");
  } catch (error) {
    say(error instanceof Problem ? error.message : "It did not work. Try again in a while.");
  }
}

/** @param {string} selector of what takes the place of the button that is gone */
const focus = (selector) =>
  /** @type {HTMLElement|null} */ (devices().querySelector(selector))?.focus();

document.addEventListener("click", (event) => {
  const { target } = event;
  const button = target instanceof Element ? target.closest("#devices button") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  if (button.hasAttribute("data-subscribe")) turnOn(button);
  else if (button.hasAttribute("data-remove")) {
    event.preventDefault();
    remove(button);
  }
});
offer();
