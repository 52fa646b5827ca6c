/** What the service worker shows on this device, and where a click on it leads. */

import { parse } from "./page.js";
import { go } from "./places.js";

const SCOPE = "/inbox/";

/** @returns {Promise<ServiceWorkerRegistration|undefined>} only where this browser was asked */
async function worker() {
  if (!("serviceWorker" in navigator)) return undefined;
  return navigator.serviceWorker.getRegistration(SCOPE).catch(() => undefined);
}

/**
 * Takes away what stands on this device of conversations that are seen to.
 * @param {(conversation: string) => boolean} isOver
 */
export async function clearDevice(isOver) {
  const shown = await (await worker())?.getNotifications();
  for (const each of shown ?? []) {
    if (each.tag && isOver(each.tag)) each.close();
  }
}

/**
 * @param {string} title
 * @param {NotificationOptions} options
 * @returns {Promise<boolean>} whether it was shown: there may be no worker
 */
export async function popUpByWorker(title, options) {
  const registration = await worker();
  if (!registration?.active) return false;
  await registration.showNotification(title, { ...options, silent: true });
  return true;
}

/** A click on a notification comes here when an inbox is open. */
export function keepDevice() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => {
    if (data?.type !== "open" || !parse(data.url)) return;
    ports[0]?.postMessage("shown");
    go(data.url);
  });
  navigator.serviceWorker.startMessages();
}
