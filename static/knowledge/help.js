/** The help center's pages work without this: it finds while one types, and plays videos in place. */

const SOON = 160;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-search]"));
const results = /** @type {HTMLElement | null} */ (document.querySelector("[data-results]"));
const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-page]"));

let asked = 0;
let timer = 0;

/** @param {string} words */
async function find(words) {
  if (!form || !results || !page) return;
  const mine = ++asked;
  const address = `${form.action}?q=${encodeURIComponent(words)}`;
  const answer = await fetch(address, { headers: { "X-Part": "results" } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const found = await answer.text();
  if (mine !== asked) return;
  results.innerHTML = found;
  show(true);
}

/** @param {boolean} isFinding */
function show(isFinding) {
  if (results) results.hidden = !isFinding;
  if (page) page.hidden = isFinding;
}

form?.addEventListener("input", () => {
  const words = String(new FormData(form).get("q") ?? "").trim();
  clearTimeout(timer);
  if (words.length < 2) {
    asked += 1;
    show(false);
    return;
  }
  timer = window.setTimeout(() => find(words), SOON);
});

document.addEventListener("keydown", (event) => {
  const at = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (at.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  form?.querySelector("input")?.focus();
});

/* Said in place; without an answer the form goes its own way. */
document.addEventListener("submit", async (event) => {
  const said = /** @type {HTMLFormElement} */ (event.target);
  const place = said.closest("[data-helped]");
  if (!place) return;
  event.preventDefault();
  const fields = new FormData(said, event.submitter);
  const answer = await fetch(said.action, {
    method: "POST",
    body: fields,
    headers: { "X-Part": "thanks" },
  }).catch(() => null);
  if (!answer?.ok) {
    if (event.submitter instanceof HTMLButtonElement) {
      const kept = document.createElement("input");
      Object.assign(kept, { type: "hidden", name: "helped", value: event.submitter.value });
      said.append(kept);
    }
    said.submit();
    return;
  }
  place.innerHTML = await answer.text();
  (place.querySelector("textarea") ?? place.querySelector("div"))?.focus();
});

/* Nothing of a video's site is loaded before somebody asks for it. */
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = /** @type {HTMLElement} */ (event.target).closest("a[data-video]");
  if (!(link instanceof HTMLAnchorElement)) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.src = link.dataset.video ?? "";
  frame.title = link.textContent ?? "";
  frame.className = "video";
  frame.allow = "fullscreen; picture-in-picture; encrypted-media";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  link.replaceWith(frame);
  frame.focus();
});
