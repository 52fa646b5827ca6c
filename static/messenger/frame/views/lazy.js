// What few visitors reach for comes when they do. These modules import nothing, since a bundle's
// insides have no names: all they need is handed to them.

/** @type {Record<string, string>} */
let addresses = {};

/** @param {Record<string, string>} given module → where the page says it is */
export const useModules = (given) => (addresses = given);

/** @type {Promise<void>|undefined} */
let styled;

/** What they look like comes beside the first of them. */
const styles = () =>
  (styled ??= new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = addresses.styles;
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  }));

/**
 * @typedef {{
 *   emoji: typeof import("./emoji.js"),
 *   files: typeof import("./files.js"),
 *   gallery: typeof import("./gallery.js"),
 *   notify: typeof import("./notify.js"),
 *   onward: typeof import("./onward.js"),
 *   rating: typeof import("./rating.js"),
 *   refused: typeof import("./refused.js"),
 *   tabs: typeof import("./tabs.js"),
 * }} Modules
 */

/**
 * @template {keyof Modules} K
 * @param {K} name
 * @returns {Promise<Modules[K]>}
 */
export const load = async (name) => (await Promise.all([import(addresses[name]), styles()]))[0];
