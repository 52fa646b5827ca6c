import { ask, Problem } from "./ask.js";
import { store, tell } from "./page.js";
import { summary } from "./picking.js";
import { explain, toast } from "./toasts.js";

const LOOK_MS = 1000;
const LOOK_AGAIN_MS = 4000;
/** What this browser watches: it goes on after a reload. */
const WATCHED = "counterfoil:batch";

/**
 * @typedef {{url: string, state: string, count: number, failed: number, reason: string,
 *   is_undo: boolean}} Batch
 */

/** @type {{url: string, words: string}|null} */
let watched = null;

const place = () => /** @type {HTMLElement} */ (document.getElementById("batch"));

/**
 * Has the same done with a whole view, and shows how far it has come.
 * @param {string} url of the view's batches
 * @param {string} part
 * @param {Record<string, string>} values
 * @param {string} words what the conversations are then
 */
export function beginBatch(url, part, values, words) {
  return started(ask(url, { form: { part, values: JSON.stringify(values) } }), words);
}

/**
 * @param {Promise<Response>} asking
 * @param {string} words
 */
async function started(asking, words) {
  try {
    /** @type {Batch} */
    const batch = await (await asking).json();
    watch({ url: batch.url, words });
  } catch (error) {
    explain(error);
  }
}

/** @param {{url: string, words: string}} which */
function watch(which) {
  watched = which;
  store.set(WATCHED, JSON.stringify(which));
  look();
}

async function look() {
  const which = watched;
  if (!which) return;
  let wait = LOOK_MS;
  try {
    /** @type {Batch} */
    const batch = await (await ask(which.url)).json();
    if (watched !== which) return;
    show(batch, which.words);
    if (batch.state !== "running") {
      finish(batch, which.words);
      return;
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404) {
      forget();
      return;
    }
    wait = LOOK_AGAIN_MS;
  }
  setTimeout(look, wait);
}

/**
 * @param {Batch} batch
 * @param {string} words
 */
function show(batch, words) {
  place().hidden = false;
  const line = /** @type {HTMLElement} */ (place().querySelector("span"));
  line.textContent = `${batch.count} ${words} so far…`;
}

function forget() {
  watched = null;
  store.set(WATCHED, null);
  place().hidden = true;
}

/**
 * @param {Batch} batch
 * @param {string} words
 */
function finish(batch, words) {
  forget();
  const failed = Array(batch.failed).fill({ reason: batch.reason });
  const undo = () => started(ask(batch.url, { form: { do: "undo" } }), "as before");
  const action = batch.is_undo || !batch.count ? undefined : { name: "Undo", run: undo };
  const said = summary({ count: batch.count, failed }, words);
  // One that nobody stopped says why it could not go on.
  const why = batch.failed ? "" : batch.reason;
  toast(batch.state === "stopped" ? ["Stopped.", why, said].filter(Boolean).join(" ") : said, { action });
  tell("inbox:changed");
}

async function stop() {
  try {
    if (watched) await ask(watched.url, { form: { do: "stop" } });
  } catch (error) {
    explain(error);
  }
}

export function keepBatches() {
  place().querySelector("button")?.addEventListener("click", stop);
  try {
    const kept = JSON.parse(store.get(WATCHED) || "null");
    if (kept) watch(kept);
  } catch {
    store.set(WATCHED, null);
  }
}
