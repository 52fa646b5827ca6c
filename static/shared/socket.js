import { fullJitter } from "./backoff.js";

const SILENCE_MS = 40000; // the server pings every 15 s
const SUSPICIOUS_MS = 20000;
const READY_WITHIN_MS = 10000;
const REFUSED_WAIT_MS = 30000;
const NOT_AUTHENTICATED = 4401;
const REFUSED = [4400, 4403, 4429];

/**
 * The live connection: says hello, answers heartbeats, and comes back by itself.
 *
 * It is only a hint that something happened. Nothing depends on a frame arriving, because a
 * reader that misses one sees the gap in `seq` and fetches.
 *
 * States: `idle` (not wanted), `connecting`, `live`, `waiting` (for the next try).
 */
export class LiveSocket {
  state = "idle";
  failures = 0;

  /** @type {WebSocket|null} */
  #socket = null;
  /** @type {any} */
  #timer = 0;
  /** @type {any} */
  #watchdog = 0;
  #heardAt = 0;

  /**
   * @param {{
   *   url: () => string,
   *   hello: () => object,
   *   onFrame: (frame: any) => void,
   *   onState: (state: string) => void,
   *   onRefused: () => void,
   * }} options `onRefused`: who we are was not accepted; call `start` again once it may be
   */
  constructor(options) {
    this.options = options;
  }

  start() {
    if (this.state === "idle") this.#dial();
  }

  stop() {
    clearTimeout(this.#timer);
    this.failures = 0;
    this.#become("idle");
    this.#drop();
  }

  /**
   * The network or the machine is back, or somebody looks: do not wait for the timer, and do not
   * trust a connection that has been silent.
   */
  hurry() {
    const isSilent = Date.now() - this.#heardAt > SUSPICIOUS_MS;
    if (this.state !== "waiting" && !(this.state === "live" && isSilent)) return;
    clearTimeout(this.#timer);
    this.#drop();
    this.#dial();
  }

  /**
   * @param {object} frame
   * @returns {boolean} false when it could not be sent
   */
  send(frame) {
    if (this.state !== "live") return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  #dial() {
    this.#become("connecting");
    let socket;
    try {
      socket = this.#socket = new WebSocket(this.options.url());
    } catch {
      this.#lost(0);
      return;
    }
    this.#watch(READY_WITHIN_MS);
    socket.onopen = () => socket.send(JSON.stringify(this.options.hello()));
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
  }

  /** @param {unknown} data */
  #heard(data) {
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    this.#heardAt = Date.now();
    this.#watch(SILENCE_MS);
    if (frame.type === "ready") {
      this.failures = 0;
      this.#become("live");
    }
    if (frame.type === "ping") this.send({ type: "pong" });
    this.options.onFrame(frame);
  }

  /** @param {number} code of the closing */
  #lost(code) {
    this.#drop();
    this.failures += 1;
    if (code === NOT_AUTHENTICATED) {
      this.#become("idle");
      this.options.onRefused();
      return;
    }
    // Refused for good, or asked to slow down: come back late, polling carries on meanwhile.
    const wait = REFUSED.includes(code)
      ? REFUSED_WAIT_MS
      : fullJitter(this.failures);
    this.#timer = setTimeout(() => this.#dial(), wait);
    this.#become("waiting");
  }

  /** @param {number} ms of silence after which the connection counts as dead */
  #watch(ms) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(0), ms);
  }

  #drop() {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {string} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.options.onState(state);
  }
}
