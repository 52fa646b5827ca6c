/*
 * Shows a teammate's notifications while they have no inbox in front of them, one for each
 * conversation, and takes away what is seen to. It keeps nothing, and it stands between no page
 * and its server.
 */

/** How long an open inbox may take to say that it goes to the conversation by itself. */
const PATIENCE_MS = 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { withdrawn, ...news } = event.data.json();
  event.waitUntil(withdrawn ? close([withdrawn]) : show(news));
});

/**
 * An open tab may have shown the same already, which is enough. `showing` names what may still
 * stand there.
 */
async function show({ title, body, tag, at, silent, url, showing }) {
  const shown = await self.registration.getNotifications();
  if (!shown.some((each) => each.tag === tag && each.data?.at >= at)) {
    const data = { url, at };
    await self.registration.showNotification(title, { body, tag, silent, renotify: !silent, data });
  }
  if (!showing) return;
  await close(shown.map((each) => each.tag).filter((each) => each !== tag && !showing.includes(each)));
}

/** @param {string[]} tags */
async function close(tags) {
  for (const each of await self.registration.getNotifications()) {
    if (tags.includes(each.tag)) each.close();
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** An inbox that is open already goes there, the one in front first; else a new one opens. */
async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const inboxes = windows.filter((each) => new URL(each.url).pathname.startsWith("/inbox/"));
  for (const inbox of inboxes) {
    if (!(await goesBy(inbox, url))) continue;
    await inbox.focus();
    return;
  }
  await self.clients.openWindow(url);
}

/** Whether a window says that it shows the conversation. */
function goesBy(window, url) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true);
    setTimeout(resolve, PATIENCE_MS, false);
    window.postMessage({ type: "open", url }, [port2]);
  });
}
