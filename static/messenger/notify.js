/*
 * The window in which a browser is asked whether it may notify: a page inside another site's may
 * not ask. The messenger's frame opened it; they know each other by origin and by window.
 *
 * To the frame: {type: "ready"}, then {type: "push", state: "on"|"off"} or {…, reason}.
 * From the frame, once: {type: "visitor", token, wanted}.
 */

import { canBeNotified, subscribe, unsubscribe } from "../shared/pushing.js";

/** @type {{push: {public_key: string}|null, scope: string, locale: string, texts: Record<string, string>}} */
const given = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("notify")).textContent ?? "");
const { texts } = given;
const place = { worker: "/m/sw.js", scope: given.scope, key: given.push?.public_key ?? "" };
const ask = /** @type {HTMLButtonElement} */ (document.getElementById("ask"));
const closer = /** @type {HTMLButtonElement} */ (document.getElementById("close"));
const text = /** @type {HTMLElement} */ (document.getElementById("text"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));
const opener = /** @type {Window|null} */ (window.opener);

/** How long the frame may take to say who the visitor is. */
const PATIENCE_MS = 5000;
const CLOSE_AFTER_MS = 2500;

let token = "";

/** @param {Record<string, unknown>} message */
const tell = (message) => opener?.postMessage(message, location.origin);

/**
 * The last word: shown here, and told to the frame.
 * @param {string} key of the text
 * @param {"on"|"off"} [state]
 */
function finish(key, state) {
  said.textContent = texts[key] ?? "";
  ask.hidden = text.hidden = true;
  tell({ type: "push", state, ...(state ? {} : { reason: texts[key] }) });
  if (state) setTimeout(() => window.close(), state === "on" ? CLOSE_AFTER_MS : 0);
}

/**
 * @param {"POST"|"DELETE"} method
 * @param {unknown} [body]
 */
async function call(method, body) {
  const response = await fetch("/m/api/push", {
    method,
    credentials: "omit",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error((await response.json()).detail);
}

async function turnOn() {
  ask.disabled = true;
  said.textContent = texts.wait ?? "";
  try {
    if ((await Notification.requestPermission()) !== "granted") return finish("denied");
    const { endpoint, keys } = (await subscribe(place)).toJSON();
    await call("POST", { endpoint, keys, locale: given.locale });
    return finish("done", "on");
  } catch {
    said.textContent = texts.failed ?? "";
    ask.disabled = false;
  }
  return undefined;
}

async function turnOff() {
  try {
    await call("DELETE");
    await unsubscribe(given.scope);
    finish("off", "off");
  } catch {
    finish("failed");
  }
}

/** @param {MessageEvent} event */
function hear({ source, origin, data }) {
  if (source !== opener || origin !== location.origin || data?.type !== "visitor") return;
  if (typeof data.token !== "string" || !data.token) return;
  removeEventListener("message", hear);
  token = data.token;
  if (data.wanted === false) turnOff();
  else ask.disabled = false;
}

function begin() {
  if (!opener) return finish("lost");
  if (!canBeNotified() || !given.push) return finish("unsupported");
  addEventListener("message", hear);
  tell({ type: "ready" });
  setTimeout(() => token || finish("lost"), PATIENCE_MS);
  return undefined;
}

const { color, onColor } = document.body.dataset;
document.body.style.setProperty("--brand", color ?? "");
document.body.style.setProperty("--on-brand", onColor ?? "");
ask.addEventListener("click", turnOn);
closer.addEventListener("click", () => window.close());
begin();
