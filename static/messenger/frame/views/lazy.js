// What few visitors reach for comes when they do. These modules import nothing, since a bundle's
// insides have no names: all they need is handed to them.

/** @type {Record<string, string>} */
let addresses = {};

/** @param {Record<string, string>} given module → where the page says it is */
export const useModules = (given) => (addresses = given);

/**
 * What cannot be fetched, for want of a connection, is as if nobody had reached for it.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
const fetched = (name) => import(addresses[name]).catch(() => new Promise(() => {}));

/** @returns {Promise<typeof import("./emoji.js")>} */
export const loadEmoji = () => fetched("emoji");

/** @returns {Promise<typeof import("./gallery.js")>} */
export const loadGallery = () => import(addresses.gallery);

/** @returns {Promise<typeof import("./rating.js")>} */
export const loadRating = () => import(addresses.rating);

/** @returns {Promise<typeof import("./notify.js")>} */
export const loadNotify = () => fetched("notify");
