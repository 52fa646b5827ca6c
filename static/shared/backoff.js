const FIRST_MS = 1000;
const LONGEST_MS = 30000;

/**
 * Exponential back-off with full jitter: spreads clients that all lost the same server.
 *
 * @param {number} attempt failures so far, from 1
 * @param {{random?: () => number}} [options]
 * @returns {number} ms to wait
 */
export function fullJitter(attempt, { random = Math.random } = {}) {
  return Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)));
}
