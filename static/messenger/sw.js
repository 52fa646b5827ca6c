/*
 * Shows notifications of replies while no page of the messenger is open. It keeps nothing, and it
 * stands between no page and its server.
 */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, body, tag, icon, url, app } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      renotify: true,
      ...(icon && { icon }),
      data: { url, app },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

/** The page where they were, if it is still open and within our reach; else a new one. */
async function open({ url, app }) {
  const windows = await self.clients.matchAll({ type: "window" });
  const page = windows.find((client) => new URL(client.url).pathname === `/m/page/${app}/`);
  if (!page) return self.clients.openWindow(url);
  await page.focus();
  return page.navigate(url);
}
