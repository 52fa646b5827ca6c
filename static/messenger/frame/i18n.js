/** @type {Record<string, string>} */
let strings = {};
let language = "en";
/** For dates and numbers: the visitor's own region when it speaks the interface's language. */
let region = "en";

/**
 * @param {Record<string, string>} texts
 * @param {string} tag BCP 47
 */
export function useLanguage(texts, tag) {
  strings = texts;
  language = tag;
  const own = navigator.language || tag;
  region = own.split("-")[0] === tag.split("-")[0] ? own : tag;
}

/**
 * A text of the interface. `{name}` is filled in from `values`; a number `n` among them chooses
 * the plural form `<key>.<one|few|many|other…>`.
 *
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  let text = strings[key];
  if ("n" in values) {
    const form = new Intl.PluralRules(language).select(Number(values.n));
    text = strings[`${key}.${form}`] ?? strings[`${key}.other`] ?? text;
  }
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {string[]} names */
export const listOf = (names) => new Intl.ListFormat(language).format(names);

/** @param {number} at ms */
export const clock = (at) =>
  new Intl.DateTimeFormat(region, { hour: "numeric", minute: "2-digit" }).format(at);

/**
 * @param {number} at ms
 * @returns {string} “Today”, “Yesterday”, “Monday, 16 November”
 */
export function dayName(at) {
  const days = daysBetween(at, Date.now());
  if (days <= 1) return capital(new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day"));
  const year = new Date(at).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  const parts = /** @type {const} */ ({ weekday: "long", day: "numeric", month: "long" });
  return capital(new Intl.DateTimeFormat(region, { ...parts, year }).format(at));
}

/**
 * @param {number} at ms
 * @returns {string} short: “now”, “4m”, “10:38”, “Mon”, “3 Nov”
 */
export function ago(at) {
  const minutes = Math.floor((Date.now() - at) / 60000);
  if (minutes < 1) return t("now");
  if (minutes < 60) {
    const unit = /** @type {const} */ ({ style: "unit", unit: "minute", unitDisplay: "narrow" });
    return new Intl.NumberFormat(region, unit).format(minutes);
  }
  const days = daysBetween(at, Date.now());
  if (days < 1) return clock(at);
  if (days < 7) return new Intl.DateTimeFormat(region, { weekday: "short" }).format(at);
  return new Intl.DateTimeFormat(region, { day: "numeric", month: "short" }).format(at);
}

/** @param {number} bytes */
export function fileSize(bytes) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  const digits = value < 10 ? 1 : 0;
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits };
  return new Intl.NumberFormat(region, /** @type {any} */ (format)).format(value);
}

const capital = (/** @type {string} */ text) =>
  text[0].toLocaleUpperCase(language) + text.slice(1);

/**
 * @param {number} from
 * @param {number} to
 */
function daysBetween(from, to) {
  const midnight = (/** @type {number} */ at) => new Date(at).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(to) - midnight(from)) / 86400000));
}
