let lastMs = 0;

/**
 * UUIDv7: time-ordered, and strictly increasing within one page: of two made in one millisecond the
 * second carries the next.
 *
 * @param {number} [now] ms since the epoch
 * @returns {string}
 */
export function uuid7(now = Date.now()) {
  lastMs = Math.max(now, lastMs + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hex = lastMs.toString(16).padStart(12, "0") + random;
  // 7 is the version, 8 the variant.
  return hex.replace(/^(.{8})(.{4})(...)(...)/, "$1-$2-7$3-8$4-");
}
