let lastMs = 0;
let counter = 0;

/**
 * UUIDv7: time-ordered, and strictly increasing within one page even inside a millisecond.
 *
 * @param {number} [now] ms since the epoch
 * @param {Uint8Array} [bytes] 16 random bytes
 * @returns {string}
 */
export function uuid7(now = Date.now(), bytes = crypto.getRandomValues(new Uint8Array(16))) {
  if (now > lastMs) {
    lastMs = now;
    counter = ((bytes[6] & 0x07) << 8) | bytes[7];
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  const id = Uint8Array.from(bytes);
  for (let i = 5, ms = lastMs; i >= 0; i -= 1, ms = Math.floor(ms / 256)) id[i] = ms % 256;
  id[6] = 0x70 | (counter >> 8);
  id[7] = counter & 0xff;
  id[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
