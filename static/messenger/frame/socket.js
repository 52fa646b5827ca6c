import { fullJitter } from "./backoff.js";

const SILENCE_MS = 40000; // the server pings every 15 s
const READY_WITHIN_MS = 10000;

/**
 * The live connection: says hello, resumes, answers heartbeats, and comes back by itself.
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
  #timer = 0;
  #watchdog = 0;

  /**
   * @param {{
   *   url: () => string,
   *   hello: () => object,
   *   onFrame: (frame: any) => void,
   *   onState: (state: string) => void,
   *   onRefused: () => void,
   *   WebSocket?: typeof WebSocket,
   *   setTimeout?: (work: () => void, ms: number) => any,
   *   clearTimeout?: (timer: any) => void,
   *   random?: () => number,
   * }} options `onRefused`: the token was not accepted; call `start` again with a new one
   */
  constructor(options) {
    this.options = options;
    this.Socket = options.WebSocket || globalThis.WebSocket;
    this.setTimeout = options.setTimeout || ((work, ms) => globalThis.setTimeout(work, ms));
    this.clearTimeout = options.clearTimeout || ((timer) => globalThis.clearTimeout(timer));
  }

  start() {
    if (this.state === "idle") this.#dial();
  }

  stop() {
    this.clearTimeout(this.#timer);
    this.failures = 0;
    this.#become("idle");
    this.#drop();
  }

  /** The network is back, or somebody looks: do not wait for the timer. */
  hurry() {
    if (this.state !== "waiting") return;
    this.clearTimeout(this.#timer);
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
      socket = this.#socket = new this.Socket(this.options.url());
    } catch {
      return this.#lost(0);
    }
    this.#watch(READY_WITHIN_MS);
    socket.onopen = () => socket.send(JSON.stringify(this.options.hello()));
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#heard(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
    return undefined;
  }

  /** @param {unknown} data */
  #heard(data) {
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
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
    if (code === 4401) {
      this.#become("idle");
      return this.options.onRefused();
    }
    // Refused for good, or asked to slow down: come back late, polling carries on meanwhile.
    const refused = [4400, 4403, 4429].includes(code);
    const wait = refused ? 30000 : fullJitter(this.failures, { random: this.options.random });
    this.#timer = this.setTimeout(() => this.#dial(), wait);
    this.#become("waiting");
    return undefined;
  }

  /** @param {number} ms of silence after which the connection counts as dead */
  #watch(ms) {
    this.clearTimeout(this.#watchdog);
    this.#watchdog = this.setTimeout(() => this.#lost(0), ms);
  }

  #drop() {
    this.clearTimeout(this.#watchdog);
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
