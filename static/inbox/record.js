/** What time it is where the customer is. */
export function showTheirTime() {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-their-time]")
  )) {
    const timeZone = place.dataset.theirTime || "";
    try {
      const clock = new Date().toLocaleTimeString(undefined, {
        timeZone,
        hour: "2-digit",
        minute: "2-digit",
      });
      const city = timeZone.split("/").at(-1)?.replaceAll("_", " ");
      place.textContent = `${city}, ${clock} there`;
    } catch {
      // A zone that this browser does not know stays as it was written.
    }
  }
}
