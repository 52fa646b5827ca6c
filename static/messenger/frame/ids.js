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
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = 0x70 | (bytes[0] & 0x0f);
  bytes[2] = 0x80 | (bytes[2] & 0x3f);
  const random = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hex = lastMs.toString(16).padStart(12, "0") + random;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
