/**
 * A clock in the place of the runtime's own, for modules that are imported before or after: time
 * passes and timers run when the test says so, and chance always gives the most.
 */
export class Clock {
  time = 1000;
  /** @type {Map<number, {work: () => void, at: number, ms: number}>} */
  timers = new Map();
  #count = 0;

  constructor() {
    Date.now = () => this.time;
    Math.random = () => 1;
    globalThis.setTimeout = (work, ms = 0) => {
      this.timers.set((this.#count += 1), { work, ms, at: this.time + ms });
      return this.#count;
    };
    globalThis.clearTimeout = (id) => this.timers.delete(id);
  }

  /** The lengths of what is waited for, the oldest first. */
  get waits() {
    return [...this.timers.values()].map(({ ms }) => ms);
  }

  /** Runs the oldest timer, whenever it was due. */
  run() {
    const [[id, { work }]] = this.timers;
    this.timers.delete(id);
    work();
  }

  /** @param {number} ms that pass; runs what becomes due */
  pass(ms) {
    this.time += ms;
    for (const [id, { work, at }] of [...this.timers]) {
      if (at > this.time || !this.timers.delete(id)) continue;
      work();
    }
  }
}
