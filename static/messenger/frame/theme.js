/**
 * The style sheet that carries one brand color; the server made it readable by day and by night.
 * Built through the CSSOM, so the page's policy needs no exception for it. No sheet when the page
 * around us hands over what is no color.
 *
 * @param {import("./types.js").Settings} settings
 * @returns {CSSStyleSheet[]}
 */
export function brandSheets({ color, on_color: onColor, text_colors: [day, night] }) {
  if (!/^(#[0-9a-f]{6}){4}$/i.test(color + onColor + day + night)) return [];
  const sheet = new CSSStyleSheet();
  const text = (/** @type {string} */ value) => `:root{--brand-text:${value}}`;
  sheet.replaceSync(
    `:root{--brand:${color};--on-brand:${onColor}}${text(day)}` +
      `@media(prefers-color-scheme:dark){${text(night)}}`,
  );
  return [sheet];
}
