const SVG = "http://www.w3.org/2000/svg";

/** Line drawings on a 16-pixel grid. */
const ICONS = {
  back: "M9.5 3.5 5 8l4.5 4.5",
  out: "M6 4h6v6M12 4l-8 8",
  bell: "M4.2 11V6.5a3.8 3.8 0 0 1 7.6 0V11l1.4 1.2H2.8zM6.8 14.2h2.4",
  smile: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M6 6.3v.6M10 6.3v.6M5.4 9.3c1.3 2 3.9 2 5.2 0",
  down: "M8 3v10M3.8 8.8 8 13l4.2-4.2",
  up: "M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3.5 8.5 6.5 11.5 12.5 5",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 4.8V8l2.2 1.4",
  alert: "M8 2 14.5 13.3h-13zM8 6v3.2M8 11.3v.1",
  send: "M2 8 14 2.5 10.5 14 7.5 9zM7.5 9l2.8-2.9",
  home: "M2.5 7.5 8 2.5l5.5 5v6H9.8v-4H6.2v4H2.5z",
  chat: "M3.5 2.5h9L14 4v6l-1.5 1.5h-5L4.5 14v-2.5h-1L2 10V4z",
  clip: "M13.5 7.5 8 13a3.3 3.3 0 0 1-4.7-4.7l5.8-5.8a2.2 2.2 0 0 1 3.1 3.1l-5.7 5.7a1.1 1.1 0 0 1-1.6-1.6L10 4.7",
  file: "M3 2h6l3.5 3v9H3zM9 2v3h3.5",
  bot: "M4.5 5h7L13 6.5v5L11.5 13h-7L3 11.5v-5zM8 2.2V5M6 8.5v1M10 8.5v1M1.2 8v2.5M14.8 8v2.5",
  logo: "M2 3h12l1 1v2.2a1.9 1.9 0 0 0 0 3.6V12l-1 1H2l-1-1V4zM6.2 3v1.2M6.2 6.2v1M6.2 9.2v1M6.2 12v1",
};

/**
 * An element. `props` are DOM properties when the element has them (`onclick`, `hidden`,
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
 * @param {keyof typeof ICONS} name
 * @param {string} [extra] class
 */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
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
  else face.append(author.initials || initials(author.name));
  return face;
}

/** @param {string} name */
function initials(name) {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0] || "").join("").toLocaleUpperCase();
}

/**
 * Make the children of `parent` the wanted ones, keeping every node whose key and version stayed:
 * focus, selection and loaded images survive, and a screen reader hears only what is new.
 *
 * @template T
 * @param {HTMLElement} parent
 * @param {T[]} items
 * @param {{key: (item: T) => string, version: (item: T) => string,
 *   render: (item: T) => HTMLElement, update?: (node: HTMLElement, item: T) => void}} how
 *   `update` is for what may change without making the node anew
 */
export function reconcile(parent, items, { key, version, render, update }) {
  const wanted = new Map(items.map((item) => [key(item), version(item)]));
  /** @type {Map<string, HTMLElement>} */
  const present = new Map();
  for (const child of /** @type {HTMLElement[]} */ ([...parent.children])) {
    const name = child.dataset.key || "";
    if (wanted.get(name) === child.dataset.version) present.set(name, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    let node = present.get(key(item));
    if (!node) {
      node = render(item);
      node.dataset.key = key(item);
      node.dataset.version = version(item);
    }
    update?.(node, item);
    if (node === place) place = node.nextElementSibling;
    else parent.insertBefore(node, place);
  }
}
