/** One part of a long form at a time. Without this module all of them stand below each other. */

const nav = document.querySelector(".setup-sections");
const sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".setup-section")]);
const form = /** @type {HTMLFormElement|null} */ (nav?.closest("form") || null);

/** @param {HTMLElement} section */
const slug = (section) =>
  (section.dataset.title || "").toLowerCase().replace(/[^a-z]+/g, "-");

/** @param {HTMLElement} section */
const isWrong = (section) => !!section.querySelector(".errors, .errorlist");

/** @param {HTMLElement} shown */
function show(shown) {
  for (const section of sections) {
    section.hidden = section !== shown;
    buttons.get(section)?.setAttribute("aria-current", String(section === shown));
  }
  history.replaceState(null, "", `#${slug(shown)}`);
}

/** @type {Map<HTMLElement, HTMLElement>} */
const buttons = new Map();
for (const section of sections) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = section.dataset.title || "";
  button.classList.toggle("wrong", isWrong(section));
  button.addEventListener("click", () => show(section));
  buttons.set(section, button);
  nav?.append(button);
}

if (nav instanceof HTMLElement && form && sections.length) {
  nav.hidden = false;
  const asked = sections.find((section) => `#${slug(section)}` === location.hash);
  show(sections.find(isWrong) || asked || sections[0]);
  // The answer to “save and continue” opens where one was.
  form.addEventListener("submit", () => (form.action = location.href));
  // What the browser itself finds wrong must be in sight to be said.
  form.addEventListener(
    "invalid",
    ({ target }) => {
      const section = target instanceof Element && target.closest(".setup-section");
      if (section instanceof HTMLElement) show(section);
    },
    true,
  );
}
