/** What can wait until what somebody has asked for is on the screen. */

/** A window that nobody sees paints nothing. */
const AT_LATEST_MS = 100;

/** @type {(() => void)[]} */
let owed = [];

/** @param {() => void} work that nobody looks at */
export function afterPaint(work) {
  owed.push(work);
  if (owed.length > 1) return;
  requestAnimationFrame(() => setTimeout(payOff));
  setTimeout(payOff, AT_LATEST_MS);
}

/** @returns {Promise<void>} */
export const painted = () => new Promise(afterPaint);

/** Does now what still waits. */
export function payOff() {
  const due = owed;
  owed = [];
  for (const work of due) work();
}
