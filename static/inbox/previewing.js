/**
 * What is being written, as it will look: drawn by the server, as the message itself is. Loaded when
 * it is first asked for, so it imports nothing.
 */

/**
 * Shows it, or takes it away again.
 * @param {HTMLElement} button
 * @param {HTMLTextAreaElement} text
 * @param {(body: string) => Promise<HTMLElement[]>} draw
 */
export async function togglePreview(button, text, draw) {
  const form = /** @type {HTMLFormElement} */ (text.form);
  const shown = form.querySelector(".composer-preview");
  if (shown) return void shown.dispatchEvent(new Event("input", { bubbles: true }));
  const body = text.value;
  if (!body.trim()) return;
  const drawn = await draw(body);
  if (text.value !== body || form.querySelector(".composer-preview")) return;
  const box = document.createElement("div");
  box.className = "composer-preview prose";
  box.tabIndex = 0;
  for (const [name, value] of [["role", "region"], ["aria-label", "Preview"], ["aria-live", "polite"]]) {
    box.setAttribute(name, value);
  }
  box.append(...drawn);
  text.after(box);
  button.setAttribute("aria-expanded", "true");
  const over = new AbortController();
  const close = () => {
    over.abort();
    box.remove();
    button.setAttribute("aria-expanded", "false");
  };
  // Words that change, another kind, words that are sent: it would show what is there no more.
  for (const event of ["input", "change", "submit"]) {
    form.addEventListener(event, close, { signal: over.signal });
  }
}
