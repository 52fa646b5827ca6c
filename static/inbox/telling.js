/** The page on which a teammate says how they are told: what only their browser knows. */

import { canBeNotified, subscribe, unsubscribe } from "../shared/pushing.js";
import { ask, elementsOf, Problem } from "./ask.js";

for (const field of document.querySelectorAll("input[data-timezone]")) {
  /** @type {HTMLInputElement} */ (field).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const SHOWN_WITHIN_MS = 3000;
// A mail server and push services may be slow.
const TRIED_WITHIN_MS = 40000;
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

// ---- pop-ups of this browser, while an inbox is open in it ----

const popups = /** @type {HTMLElement} */ (document.getElementById("popups"));
const allow = /** @type {HTMLElement} */ (popups.querySelector("[data-allow]"));

const STATES = {
  default: "Pop-ups are not allowed in this browser yet.",
  granted: "This browser shows pop-ups while an inbox is open in it and not in front.",
  denied:
    "This browser is told to show no pop-ups from here. Only you can change that, beside its address field.",
};

/** Whether this browser lets us, and what can be done about it. */
function sayPopUps() {
  const permission = "Notification" in window ? Notification.permission : null;
  const said = permission ? STATES[permission] : "This browser shows no pop-ups from this address.";
  const line = /** @type {HTMLElement} */ (popups.querySelector(".popups-said"));
  if (line.textContent !== said) line.textContent = said;
  allow.hidden = permission !== "default";
  return said;
}

/** @returns {Promise<string>} what became of a pop-up that this page makes itself; "" if it came */
function popUp() {
  if (!("Notification" in window) || Notification.permission !== "granted") return Promise.resolve(sayPopUps());
  return new Promise((resolve) => {
    const failed = () => resolve("This browser did not show it.");
    try {
      const shown = new Notification("A test from Counterfoil", { tag: "test" });
      shown.onshow = () => resolve("");
      shown.onerror = failed;
      setTimeout(failed, SHOWN_WITHIN_MS);
    } catch {
      // Some browsers let only service workers do this.
      resolve("This browser shows them only where it is one of your devices, below.");
    }
  });
}

/** @param {HTMLFormElement} form */
async function tryAll(form) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = true;
  try {
    const [response, problem] = await Promise.all([ask(form.action, { form: {}, timeout: TRIED_WITHIN_MS }), popUp()]);
    const [tried] = elementsOf(await response.text());
    const hop = tried.querySelector('[data-way="pop-up"]:not(.is-bad)');
    const words = hop?.querySelector("span span");
    if (hop && words) {
      words.textContent = problem || "Shown by this browser.";
      hop.className = problem ? "is-bad" : "is-good";
      const use = hop.querySelector("use");
      use?.setAttribute("href", (use.getAttribute("href") || "").replace(/#.*/, problem ? "#alert" : "#check"));
    }
    document.getElementById("tried")?.replaceWith(tried);
  } catch (error) {
    const line = /** @type {HTMLElement} */ (popups.querySelector(".popups-said"));
    line.textContent = error instanceof Problem ? error.message : "It did not work. Try again in a while.";
  } finally {
    button.disabled = false;
    button.focus();
  }
}

allow.addEventListener("click", async () => {
  await Notification.requestPermission();
  sayPopUps();
  offer();
  /** @type {HTMLElement} */ (popups.querySelector("[data-try] button")).focus();
});
popups.addEventListener("submit", (event) => {
  event.preventDefault();
  tryAll(/** @type {HTMLFormElement} */ (event.target));
});
sayPopUps();

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
