/**
 * An editor of rows for each field of links, which holds one `title | address` a line. Without
 * this module one writes the lines.
 */

const MOST = 8;

/** @param {HTMLTextAreaElement} field */
function edit(field) {
  if (field.hidden || field.name.includes("__prefix__")) return;
  const label = field.labels?.[0]?.textContent?.trim() || "Links";
  const editor = make("div", "setup-links");
  editor.setAttribute("role", "group");
  editor.setAttribute("aria-label", label);
  const rows = make("ol");
  const add = button("Add a link", "", () => {
    rows.append(row("", ""));
    changed();
    rows.lastElementChild?.querySelector("input")?.focus();
  });

  /**
   * @param {string} title
   * @param {string} url
   */
  function row(title, url) {
    const item = make("li");
    const up = button("↑", "Move this link up", () => {
      item.previousElementSibling?.before(item);
      changed();
    });
    const remove = button("×", "Remove this link", () => {
      item.remove();
      changed();
      add.focus();
    });
    item.append(input("Title", title, "text"), input("https://…", url, "url"), up, remove);
    return item;
  }

  function changed() {
    const lines = [...rows.children].map((item) => {
      const [title, url] = [...item.querySelectorAll("input")].map((one) => one.value.trim());
      return title || url ? `${title} | ${url}` : "";
    });
    field.value = lines.filter(Boolean).join("\n");
    add.disabled = rows.children.length >= MOST;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  for (const line of field.value.split("\n").filter((text) => text.trim())) {
    const at = line.lastIndexOf("|");
    rows.append(row(line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()));
  }
  add.disabled = rows.children.length >= MOST;
  rows.addEventListener("input", changed);
  editor.append(rows, add);
  field.hidden = true;
  field.after(editor);
}

/**
 * @param {string} name
 * @param {string} [className]
 */
function make(name, className = "") {
  const element = document.createElement(name);
  element.className = className;
  return element;
}

/**
 * @param {string} text
 * @param {string} label "" where the text says it all
 * @param {() => void} work
 */
function button(text, label, work) {
  const element = /** @type {HTMLButtonElement} */ (make("button"));
  element.type = "button";
  element.textContent = text;
  if (label) element.setAttribute("aria-label", label);
  element.addEventListener("click", work);
  return element;
}

/**
 * @param {string} hint
 * @param {string} value
 * @param {string} type
 */
function input(hint, value, type) {
  const element = /** @type {HTMLInputElement} */ (make("input"));
  element.type = type;
  element.value = value;
  element.placeholder = hint;
  element.maxLength = type === "url" ? 500 : 60;
  element.setAttribute("aria-label", type === "url" ? "Address of the link" : "Title of the link");
  return element;
}

const editAll = (/** @type {ParentNode} */ within) =>
  /** @type {NodeListOf<HTMLTextAreaElement>} */ (
    within.querySelectorAll("textarea[data-links]")
  ).forEach(edit);

editAll(document);
document.addEventListener("formset:added", ({ target }) => {
  if (target instanceof Element) editAll(target);
});
