/**
 * One brand color, which the server made readable by day and by night. Set through the CSSOM, so
 * the page's policy needs no exception for it. What the page around us hands over is worn only
 * where it is a color.
 *
 * @param {import("./types.js").Settings} settings
 */
export function wear({ color, on_color, text_colors: [day, night] }) {
  for (const [name, value] of Object.entries({ brand: color, "on-brand": on_color, day, night })) {
    if (/^#[0-9a-f]{6}$/i.test(value)) document.documentElement.style.setProperty(`--${name}`, value);
  }
}
