/**
 * What the frame keeps on the visitor's device: messages on their way, drafts, and whose they are.
 *
 * @typedef {"outbox"|"drafts"|"meta"} Shelf
 * @typedef {{
 *   all: (shelf: Shelf) => Promise<any[]>,
 *   get: (shelf: Shelf, key: IDBValidKey) => Promise<any>,
 *   put: (shelf: Shelf, value: any) => Promise<IDBValidKey>,
 *   remove: (shelf: Shelf, key: IDBValidKey) => Promise<void>,
 *   clear: () => Promise<void>,
 * }} Store
 */

/** @type {Record<Shelf, string>} */
const KEYS = { outbox: "n", drafts: "thread", meta: "name" };
const SHELVES = /** @type {Shelf[]} */ (Object.keys(KEYS));

/**
 * A store that lives as long as the page: for browsers that refuse storage to embedded pages.
 * @returns {Store}
 */
export function memoryStore() {
  /** @type {Map<string, Map<IDBValidKey, any>>} */
  const shelves = new Map(SHELVES.map((shelf) => [shelf, new Map()]));
  const rows = (/** @type {Shelf} */ shelf) => /** @type {Map<any, any>} */ (shelves.get(shelf));
  let n = 0;
  return {
    all: async (shelf) => [...rows(shelf).values()].map((row) => ({ ...row })),
    get: async (shelf, key) => rows(shelf).get(key),
    put: async (shelf, value) => {
      const row = { ...value };
      if (shelf === "outbox") row.n ??= ++n;
      rows(shelf).set(row[KEYS[shelf]], row);
      return row[KEYS[shelf]];
    },
    remove: async (shelf, key) => void rows(shelf).delete(key),
    clear: async () => SHELVES.forEach((shelf) => rows(shelf).clear()),
  };
}

/**
 * The durable store, or the one in memory when the browser has no storage for us.
 *
 * @param {string} name of the database
 * @returns {Promise<Store>}
 */
export async function openStore(name) {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const shelf of SHELVES) {
        const autoIncrement = shelf === "outbox";
        request.result.createObjectStore(shelf, { keyPath: KEYS[shelf], autoIncrement });
      }
    };
    const database = await settled(request);
    database.onversionchange = () => database.close();
    return durableStore(database);
  } catch {
    return memoryStore();
  }
}

/**
 * @param {IDBDatabase} database
 * @returns {Store}
 */
function durableStore(database) {
  /**
   * @template T
   * @param {Shelf | Shelf[]} shelves
   * @param {IDBTransactionMode} mode
   * @param {(open: (shelf: Shelf) => IDBObjectStore) => IDBRequest<T> | void} work
   * @returns {Promise<any>} resolves when the transaction is on disk, not before
   */
  const run = (shelves, mode, work) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(shelves, mode);
      const request = work((shelf) => transaction.objectStore(shelf));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  return {
    all: (shelf) => run(shelf, "readonly", (open) => open(shelf).getAll()),
    get: (shelf, key) => run(shelf, "readonly", (open) => open(shelf).get(key)),
    put: (shelf, value) => run(shelf, "readwrite", (open) => open(shelf).put(value)),
    remove: (shelf, key) => run(shelf, "readwrite", (open) => open(shelf).delete(key)),
    clear: () =>
      run(SHELVES, "readwrite", (open) => SHELVES.forEach((shelf) => open(shelf).clear())),
  };
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
