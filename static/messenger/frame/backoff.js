/**
 * Exponential back-off with full jitter: spreads clients that all lost the same server.
 *
 * @param {number} attempt failures so far, from 1
 * @param {{base?: number, cap?: number, random?: () => number}} [options] ms
 * @returns {number} ms to wait
 */
export function fullJitter(attempt, { base = 1000, cap = 30000, random = Math.random } = {}) {
  return Math.round(random() * Math.min(cap, base * 2 ** (attempt - 1)));
}
