const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} line drawings on a 16-pixel grid: name → path */
let drawings = {};

/** @param {Record<string, string>} given by the document, before anything is drawn */
export const useDrawings = (given) => (drawings = given);

/**
 * An element; a button is no submit button unless told. `props` are DOM properties when the element has them (`onclick`, `hidden`,
 * `className` as `class`), otherwise attributes; empty values are left out. Children that are
 * strings become text, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  // Only what says so sends a form.
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on") || name === "hidden") /** @type {any} */ (element)[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @param {string} name of a drawing
 * @param {string} [extra] class
 */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", drawings[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {{type?: string, name: string, avatar?: string|null, initials?: string}} author
 * @param {string} [extra] class
 */
export function avatar(author, extra = "") {
  const isBot = author.type === "bot";
  const face = h("span", { class: `avatar ${isBot ? "bot" : ""} ${extra}`, "aria-hidden": "true" });
  if (isBot) face.append(icon("bot"));
  else if (author.avatar) face.append(h("img", { src: author.avatar, alt: "" }));
  else face.append(author.initials || [...author.name][0] || "");
  return face;
}

/**
 * @param {number} at Unix milliseconds
 * @param {string} text
 */
export const moment = (at, text) => h("time", { datetime: new Date(at).toISOString() }, text);

/**
 * Make the children of `parent` the wanted ones, keeping every node whose key and version stayed:
 * focus, selection and loaded images survive, and a screen reader hears only what is new.
 *
 * @template {{key: string}} T
 * @param {HTMLElement} parent
 * @param {T[]} items
 * @param {{version: (item: T) => string,
 *   render: (item: T) => HTMLElement, update?: (node: HTMLElement, item: T) => void}} how
 *   `update` is for what may change without making the node anew
 */
export function reconcile(parent, items, { version, render, update }) {
  const wanted = new Map(items.map((item) => [item.key, version(item)]));
  /** @type {Map<string, HTMLElement>} */
  const present = new Map();
  for (const child of /** @type {HTMLElement[]} */ ([...parent.children])) {
    const name = child.dataset.key || "";
    if (wanted.get(name) === child.dataset.version) present.set(name, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    let node = present.get(item.key);
    if (!node) {
      node = render(item);
      node.dataset.key = item.key;
      node.dataset.version = version(item);
    }
    update?.(node, item);
    if (node === place) place = node.nextElementSibling;
    else parent.insertBefore(node, place);
  }
}
