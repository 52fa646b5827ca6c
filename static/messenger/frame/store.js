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
 * }} Rows
 * @typedef {Rows & {first: (work: (rows: Rows) => Promise<unknown>) => void}} Store
 *   `first`: whatever is asked from now on waits for this work
 */

/** @type {Record<Shelf, string>} what a row of each shelf is called by */
const KEYS = { outbox: "n", drafts: "thread", meta: "name" };
const SHELVES = /** @type {Shelf[]} */ (Object.keys(KEYS));

/**
 * A store that the page around us keeps, where the browser gives us none of our own.
 *
 * @param {string} prefix of what is kept for us
 * @param {import("./bridge.js").Bridge} bridge
 * @returns {Promise<Rows>}
 */
export async function keptByPage(prefix, bridge) {
  const { kept = [] } = await bridge.first;
  const rows = kept
    .filter(([row]) => row.includes("/"))
    .map(([row, json]) => [row.slice(prefix.length + 1), json]);
  return memoryStore(Object.fromEntries(rows), (name, value = "") =>
    bridge.say("keep", { name, value }),
  );
}

/**
 * A store in memory, filled with `rows` and telling of each change: the page around us keeps what
 * must outlive this one where the browser gives an embedded page no storage of its own. Files are
 * not told of; they live as long as this page.
 *
 * @param {Record<string, string>} [rows] name → JSON, as it was told
 * @param {(name: string, json?: string) => void} [tell] no JSON: forget it
 * @returns {Rows}
 */
export function memoryStore(rows = {}, tell = () => {}) {
  /** @type {Map<string, any>} */
  const kept = new Map();
  for (const [name, json] of Object.entries(rows)) kept.set(name, JSON.parse(json));
  const nameOf = (/** @type {Shelf} */ shelf, /** @type {any} */ key) => `${shelf}/${key}`;
  // Other tabs number their rows as well: the fraction is ours, the rest keeps the order.
  const tab = Math.random();
  let last = 0;
  const remove = (/** @type {string} */ name) => kept.delete(name) && tell(name);
  return {
    all: async (shelf) =>
      [...kept].filter(([name]) => name.startsWith(`${shelf}/`)).map(([, row]) => ({ ...row })),
    get: async (shelf, key) => kept.get(nameOf(shelf, key)),
    put: async (shelf, value) => {
      const row = { ...value };
      if (shelf === "outbox") row.n ??= (last = Math.max(last + 1, Date.now())) + tab;
      const key = row[KEYS[shelf]];
      kept.set(nameOf(shelf, key), row);
      tell(nameOf(shelf, key), JSON.stringify(row, withoutFiles));
      return key;
    },
    remove: async (shelf, key) => void remove(nameOf(shelf, key)),
    clear: async () => [...kept.keys()].forEach(remove),
  };
}

const withoutFiles = (/** @type {string} */ name, /** @type {unknown} */ value) =>
  name === "blob" ? undefined : value;

/**
 * @param {string} name of the database
 * @param {() => Promise<Rows>} refused what to use when the browser has no storage for us
 * @returns {Store} at once; its methods wait until it is open
 */
export function openStore(name, refused) {
  let opened = openDatabase(name).then(durableStore).catch(refused);
  const first = (/** @type {(rows: Rows) => Promise<unknown>} */ work) => {
    opened = opened.then((rows) => work(rows).then(() => rows, () => rows));
  };
  const later = (/** @type {unknown} */ _, /** @type {string} */ method) =>
    method === "first"
      ? first
      : async (/** @type {any[]} */ ...given) => /** @type {any} */ (await opened)[method](...given);
  return /** @type {Store} */ (new Proxy({}, { get: later }));
}

/**
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
const openDatabase = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const shelf of SHELVES) {
        const autoIncrement = shelf === "outbox";
        request.result.createObjectStore(shelf, { keyPath: KEYS[shelf], autoIncrement });
      }
    };
    request.onsuccess = () => {
      const { result: database } = request;
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });

/**
 * @param {IDBDatabase} database
 * @returns {Rows}
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
      transaction.onabort = () => reject(transaction.error);
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
