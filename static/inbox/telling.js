/** The page on which a teammate says how they are told: what only their browser knows. */

for (const field of document.querySelectorAll("input[data-timezone]")) {
  /** @type {HTMLInputElement} */ (field).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const desktop = /** @type {HTMLElement|null} */ (document.querySelector("[data-desktop]"));

function showDesktop() {
  if (!desktop || !("Notification" in window)) return;
  const words = {
    granted: "This browser notifies you while an inbox is open in it.",
    denied: "This browser does not let us. Its site settings can change that.",
    default: "",
  };
  const { permission } = Notification;
  desktop.hidden = false;
  /** @type {HTMLElement} */ (desktop.querySelector("button")).hidden = permission !== "default";
  /** @type {HTMLElement} */ (desktop.querySelector("span")).textContent = words[permission];
}

desktop?.querySelector("button")?.addEventListener("click", async () => {
  await Notification.requestPermission();
  showDesktop();
});
showDesktop();
