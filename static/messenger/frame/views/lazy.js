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
 * @param {string} name
 * @returns {Promise<any>}
 */
const load = async (name) => (await Promise.all([import(addresses[name]), styles()]))[0];

/** @returns {Promise<typeof import("./emoji.js")>} */
export const loadEmoji = () => load("emoji");

/** @returns {Promise<typeof import("./files.js")>} */
export const loadFiles = () => load("files");

/** @returns {Promise<typeof import("./gallery.js")>} */
export const loadGallery = () => load("gallery");

/** @returns {Promise<typeof import("./rating.js")>} */
export const loadRating = () => load("rating");

/** @returns {Promise<typeof import("./notify.js")>} */
export const loadNotify = () => load("notify");
