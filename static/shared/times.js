/** Every `<time data-time="…">` of a page, in the reader's own zone and language. */

const MINUTE = 60;
const UNITS = /** @type {const} */ ([
  ["y", 365 * 86400],
  ["w", 7 * 86400],
  ["d", 86400],
  ["h", 3600],
  ["m", MINUTE],
]);

/**
 * How long, in at most three characters: now, 4m, 3h, 2d, 5w, 1y.
 * @param {number} seconds
 */
export function short(seconds) {
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return `${Math.floor(seconds / length)}${unit}`;
  }
  return "now";
}

/**
 * How long ago, for a sentence: just now, 12 s ago, 4 min ago, 2 h ago.
 * @param {number} seconds
 */
export function inWords(seconds) {
  if (seconds < 3) return "just now";
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / MINUTE)} min ago`;
  return `${short(seconds)} ago`;
}

/** To make one takes far longer than to use it. @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Date} date
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [locale]
 */
function formatted(date, options, locale) {
  const name = `${locale} ${JSON.stringify(options)}`;
  const format = formats.get(name) || new Intl.DateTimeFormat(locale, options);
  formats.set(name, format);
  return format.format(date);
}

/**
 * @param {Date} date
 * @param {Date} now
 * @param {string} [locale]
 */
export function dayInWords(date, now, locale) {
  const midnight = (/** @type {Date} */ day) =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return formatted(date, { weekday: "long", day: "numeric", month: "long", year }, locale);
}

/**
 * @param {string} form
 * @param {Date} date
 * @param {Date} now
 */
function written(form, date, now) {
  switch (form) {
    case "clock":
      return formatted(date, { hour: "2-digit", minute: "2-digit" });
    case "day":
      return dayInWords(date, now);
    case "moment":
      return formatted(date, {
        weekday: "short",
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
      });
    case "wait":
      return short(Math.abs(now.getTime() - date.getTime()) / 1000).replace("now", "<1m");
    default:
      return short((now.getTime() - date.getTime()) / 1000);
  }
}

/**
 * @param {ParentNode} root
 * @param {string} [selector]
 */
export function localize(root, selector = "time[data-time]") {
  const now = new Date();
  for (const element of /** @type {NodeListOf<HTMLTimeElement>} */ (
    root.querySelectorAll(selector)
  )) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = written(element.dataset.time || "", date, now);
    if (element.textContent !== text) element.textContent = text;
    const { soon } = element.dataset;
    if (soon) {
      /** @type {HTMLElement} */ (element.parentElement).dataset.state =
        date < now ? "late" : new Date(soon) < now ? "soon" : "fine";
    }
    if (!element.title) {
      element.title = formatted(date, { dateStyle: "full", timeStyle: "short" });
    }
  }
}

/** @param {Node} node */
const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;

/** Localizes what is there and what comes, before it is painted, and keeps "4m" true. */
export function keepTimes() {
  localize(document);
  new MutationObserver((changes) => {
    const grown = changes.filter((change) => [...change.addedNodes].some(isElement));
    for (const parent of new Set(grown.map((change) => change.target))) {
      localize(/** @type {Element} */ (parent));
    }
  }).observe(document.body, { childList: true, subtree: true });
  setInterval(() => localize(document, 'time:is([data-time="ago"], [data-time="wait"], [data-time="day"])'), 30000);
}
