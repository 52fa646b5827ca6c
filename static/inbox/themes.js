import { hear, store } from "./page.js";

const KEY = "counterfoil:theme"; // static/early/theme.js reads it before the first paint

function show() {
  const choice = store.get(KEY) || "system";
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-theme-choice]")
  )) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
  for (const hidden of document.querySelectorAll("[data-themes], [data-open-keys], [data-open-palette]")) {
    /** @type {HTMLElement} */ (hidden).hidden = false;
  }
}

/** @param {string} choice */
function choose(choice) {
  const isOwn = choice === "light" || choice === "dark";
  store.set(KEY, isOwn ? choice : null);
  if (isOwn) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  show();
}

/** Light, dark, or as the system says: chosen once for this browser. */
export function keepTheme() {
  hear("inbox:density", ({ density }) => {
    document.documentElement.dataset.density = density;
  });
  show();
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-theme-choice]");
    if (button instanceof HTMLElement) choose(button.dataset.themeChoice || "");
  });
  document.addEventListener("htmx:afterSwap", show);
}
