/** A browser's subscription to what a server pushes: standard Web Push, by a service worker. */

/** Whether this browser knows how. */
export const canBeNotified = () =>
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/**
 * The browser's subscription with our key, made anew where it was made with an older one.
 *
 * @param {{worker: string, scope: string, key: string}} place the service worker's address, its
 *   reach, and our public key
 * @returns {Promise<PushSubscription>}
 */
export async function subscribe({ worker, scope, key }) {
  const { pushManager } = await active(worker, scope);
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    const old = await pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}

/** @param {string} scope */
export async function unsubscribe(scope) {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/**
 * @param {string} worker
 * @param {string} scope
 * @returns {Promise<ServiceWorkerRegistration>} whose worker is active: none other may subscribe
 */
async function active(worker, scope) {
  const registration = await navigator.serviceWorker.register(worker, { scope });
  const young = registration.installing ?? registration.waiting;
  if (registration.active || !young) return registration;
  return new Promise((resolve) => {
    young.addEventListener("statechange", () => young.state === "activated" && resolve(registration));
  });
}
