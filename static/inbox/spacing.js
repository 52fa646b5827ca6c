/** How often something is done that many things ask for. */

/**
 * At most one call in so many ms, the last one never dropped.
 * @param {() => unknown} work
 * @param {number} every
 * @param {number} soon the wait before the first of several
 */
export function spaced(work, every, soon) {
  let ranAt = -Infinity;
  /** @type {any} */
  let timer = 0;
  return () => {
    if (timer) return;
    const wait = Math.max(soon, ranAt + every - Date.now());
    timer = setTimeout(() => {
      timer = 0;
      ranAt = Date.now();
      work();
    }, wait);
  };
}

/**
 * The same, but nothing is done for a page that nobody sees: it is made up for when somebody does.
 * @param {() => unknown} work
 * @param {number} every
 * @param {number} soon
 */
export function spacedWhileSeen(work, every, soon) {
  let isOwed = false;
  const ask = spaced(() => {
    isOwed = document.hidden;
    if (!isOwed) work();
  }, every, soon);
  document.addEventListener("visibilitychange", () => {
    if (isOwed && !document.hidden) ask();
  });
  return ask;
}
