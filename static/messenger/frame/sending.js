import { Problem, seconds } from "./api.js";
import { h, icon } from "./dom.js";
import { fileSize, t } from "./i18n.js";
import { uuid7 } from "./ids.js";
import { Outbox } from "./outbox.js";
import { isNewThread, pathOf } from "./timeline.js";
import { load } from "./views/lazy.js";

/**
 * @typedef {import("./messenger.js").Messenger} Messenger
 * @typedef {import("./types.js").Outgoing} Outgoing
 */

/** How what was written gets to the server: through the outbox, its files first. */
export class Sending {
  /** @type {import("./views/files.js").Uploads|null} once there were files */
  uploads = null;

  /**
   * @param {Messenger} messenger
   * @param {string} app
   */
  constructor(messenger, app) {
    this.messenger = messenger;
    this.others = new BroadcastChannel(app);
    this.others.onmessage = ({ data }) =>
      data.at ? messenger.tell("draft", data) : this.outbox.discard(data);
    this.outbox = new Outbox({
      store: messenger.store,
      deliver: (item, save) => this.#deliver(item, save),
      onSent: (item, answer) => {
        messenger.sent(item, answer);
        for (const file of item.attachments) this.uploads?.release(file);
      },
      onMoved: (from, to) => messenger.moved(from, to),
      onChange: () => messenger.tell("change"),
      exclusive: (thread, work) => exclusively(`counterfoil:${app}:${thread}`, work),
    });
  }

  /** Take over what was written and not sent, with what shows its files. */
  async load() {
    await this.outbox.load();
    if (!this.outbox.items().some((item) => item.attachments.length)) return;
    await this.files().catch(() => {});
    this.messenger.tell("change");
  }

  /** What files need on their way; few visitors send any. */
  async files() {
    const { messenger } = this;
    const { Uploads } = await load("files");
    const tools = { api: messenger.api, Problem, seconds, uuid7, h, t, icon, fileSize };
    return (this.uploads ??= new Uploads(tools, () => messenger.tell("change")));
  }

  /**
   * Stop sending, as far as that is still possible.
   * @param {Outgoing} item
   */
  discard(item) {
    for (const file of item.attachments) this.uploads?.cancel(file);
    this.outbox.discard(item.client_id);
    this.others.postMessage(item.client_id);
  }

  /**
   * @param {Outgoing} item
   * @param {() => Promise<unknown>} save
   */
  async #deliver(item, save) {
    for (const file of item.attachments) {
      if (file.id) continue;
      const uploads = await this.files().catch(() => null);
      if (!uploads) throw new Problem(0);
      await uploads.finish(file);
      await save();
    }
    const { client_id, body, thread, page } = item;
    const attachments = item.attachments.map((file) => file.id);
    const message = { client_id, body, attachments };
    const { api } = this.messenger;
    return isNewThread(thread)
      ? api.call("POST", "conversations", page ? { ...message, page } : message)
      : api.call("POST", `${pathOf(thread)}messages`, message);
  }
}

/**
 * One tab at a time, where the browser can say so. Where it cannot, the client id alone keeps a
 * message from being stored twice.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function exclusively(name, work) {
  const { locks } = navigator;
  const canLock = await locks?.query().then(Boolean, () => false);
  return canLock ? locks.request(name, work) : work();
}
