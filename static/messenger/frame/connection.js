import { LiveSocket } from "../../shared/socket.js";

/** @typedef {import("./messenger.js").Messenger} Messenger */

/** How long a closed messenger stays connected after the last message. */
const ACTIVE_MS = 10 * 60 * 1000;
/** How often a closed messenger looks for an answer after that. */
const IDLE_POLL_MS = 60 * 1000;
/** How long after the last message a closed messenger still looks. */
const IDLE_POLL_FOR_MS = 24 * 60 * 60 * 1000;

/**
 * How a messenger hears of news: by a socket while somebody looks or waits, by looking every few
 * seconds where the socket fails, and rarely when nobody has been there for a while.
 */
export class Connection {
  isReachable = true;
  #lastActivity = 0;
  #timer = 0;

  /** @param {Messenger} messenger */
  constructor(messenger) {
    this.messenger = messenger;
    this.socket = new LiveSocket({
      url: () => messenger.settings.live_url,
      hello: () => messenger.hello(),
      onFrame: (frame) => messenger.heard(frame),
      onState: () => this.#changed(),
      onRefused: () => this.#refused(),
    });
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => messenger.tell("connection"));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.hurry();
    });
  }

  /**
   * How far the visitor is from the server, in the words the interface uses: `live`, `offline`
   * (no network), `reconnecting` (no answer), `polling` (answers, but no live connection) or
   * `quiet` (nobody looks).
   */
  get state() {
    if (!navigator.onLine) return "offline";
    if (this.socket.state === "idle") return "quiet";
    if (!this.isReachable) return "reconnecting";
    if (this.socket.state === "live") return "live";
    return this.socket.failures >= 3 ? "polling" : "reconnecting";
  }

  start() {
    if (!this.messenger.session) return;
    if (this.#isWanted()) this.socket.start();
    this.#schedule();
  }

  stop() {
    this.socket.stop();
    clearTimeout(this.#timer);
  }

  /** Something gives hope that the network is back. */
  hurry() {
    const { messenger } = this;
    if (!messenger.session) return;
    messenger.tell("connection");
    this.socket.hurry();
    messenger.sending.load().then(() => messenger.outbox.hurry());
    this.start();
  }

  /** @param {string} [at] when somebody wrote; now */
  wasActive(at) {
    this.#lastActivity = Math.max(this.#lastActivity, at ? Date.parse(at) : Date.now());
  }

  /** @param {boolean} isReachable whether the server answered just now */
  reached(isReachable) {
    if (this.isReachable === isReachable) return;
    this.isReachable = isReachable;
    if (isReachable) {
      this.socket.hurry();
      this.messenger.outbox.hurry();
    }
    this.messenger.tell("connection");
  }

  #isWanted() {
    const { isShown, outbox } = this.messenger;
    const waits = outbox.items().some((item) => item.status === "queued");
    return isShown || waits || Date.now() - this.#lastActivity < ACTIVE_MS;
  }

  #changed() {
    if (this.socket.state === "live") this.messenger.flush();
    this.messenger.tell("connection");
  }

  async #refused() {
    const { api } = this.messenger;
    try {
      await api.renewal(api.token);
      this.start();
    } catch {
      this.#schedule();
    }
  }

  /** While there is no live connection, look every few seconds; when nobody looks, rarely. */
  #schedule() {
    clearTimeout(this.#timer);
    const { messenger, socket } = this;
    const isWanted = this.#isWanted();
    if (!isWanted && Date.now() - this.#lastActivity > IDLE_POLL_FOR_MS) return socket.stop();
    const ms = isWanted ? messenger.settings.poll_seconds * 1000 : IDLE_POLL_MS;
    this.#timer = setTimeout(async () => {
      if (!this.#isWanted()) socket.stop();
      if (socket.state !== "live" && !document.hidden) {
        await messenger.refresh();
      }
      this.#schedule();
    }, ms);
    return undefined;
  }
}
