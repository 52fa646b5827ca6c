/**
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {{h: Function, t: (key: string, values?: Record<string, string>) => string,
 *   icon: Function, addressOf: (url: string) => string,
 *   isPicture: (file: Attachment) => boolean, shell: import("../main.js").Shell}} Tools
 */

/**
 * The pictures of a thread, one at a time, over everything else. Closing it gives the focus back.
 *
 * @param {Tools} tools
 * @param {Attachment} file to begin with
 */
export function openGallery({ h, t, icon, addressOf, isPicture, shell }, file) {
  const { messages } = shell.messenger.threads.get(shell.route.key).timeline;
  const pictures = messages.flatMap(({ attachments }) => attachments.filter(isPicture));
  let index = pictures.indexOf(file);
  const button = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {() => void} */ onclick,
    kind = "",
  ) => {
    const props = { class: `plain ${kind}`, "aria-label": t(label), onclick };
    return h("button", props, icon(name, "flip"));
  };
  const link = { class: "plain", download: "", target: "_blank", rel: "noopener noreferrer" };
  const save = h("a", { ...link, "aria-label": t("gallery.save") }, icon("down"));
  const said = h("p", { class: "grow", "aria-live": "polite" });
  const sheet = h("div", { class: "sheet", onclick: () => zoom() });
  const steps = [
    button("back", "gallery.before", () => show(-1)),
    button("back", "gallery.next", () => show(1), "next"),
  ];
  for (const step of steps) step.hidden = pictures.length < 2;
  const zoomed = button("out", "gallery.zoom", () => zoom());
  const bar = h("header", {}, said, ...steps, zoomed, save);
  const dialog = h("dialog", { class: "gallery", "aria-label": t("gallery") }, bar, sheet);
  bar.append(button("close", "close", () => dialog.close()));

  const zoom = (isLarge = !sheet.classList.contains("large")) => {
    sheet.classList.toggle("large", isLarge);
    zoomed.setAttribute("aria-pressed", String(isLarge));
    sheet.scrollTo((sheet.scrollWidth - sheet.clientWidth) / 2, 0);
  };
  const show = (/** @type {number} */ step) => {
    index = (index + step + pictures.length) % pictures.length;
    const { url, name, width, height } = pictures[index];
    const src = addressOf(url);
    sheet.replaceChildren(h("img", { src, alt: name, width: String(width), height: String(height) }));
    save.href = src;
    const values = { at: String(index + 1), of: String(pictures.length) };
    said.textContent = pictures.length > 1 ? t("gallery.count", values) : name;
    zoom(false);
  };
  dialog.onkeydown = ({ key }) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const isMoving = way && pictures.length > 1 && !sheet.classList.contains("large");
    if (isMoving) show(document.dir === "rtl" ? -way : way);
  };
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  show(0);
  dialog.showModal();
}
