/*
 * The hosted page: boots the messenger, by the signed link of a mail where there is one, and opens
 * the conversation that the address names.
 */
(() => {
  const address = new URL(location.href);
  const fragment = new URLSearchParams(address.hash.slice(1));
  const conversation = address.searchParams.get("conversation");
  const link =
    fragment.get("link") || address.searchParams.get("link") || history.state?.link || undefined;
  // A link opens a conversation to whoever has it: out of sight at once, kept for a reload only.
  address.searchParams.delete("link");
  if (fragment.has("link")) address.hash = "";
  history.replaceState({ link }, "", address);

  /** @param {string} id */
  const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

  // What may pass (no answer, too many) is tried again by the loader, with the same link.
  Counterfoil("on", "error", (error) => {
    const isGone = Boolean(link) && error.status < 429;
    element("failed").hidden = false;
    element("gone").hidden = !isGone;
    element("reason").hidden = isGone;
    element("reason").textContent = error.message;
    if (isGone) history.replaceState(null, "", address);
  });
  Counterfoil("on", "ready", () => (element("failed").hidden = true));
  if (conversation) Counterfoil("open", { conversation });
  Counterfoil("boot", link && { link });
})();
