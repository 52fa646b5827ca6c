/**
 * What rules that are only being tried would have done. The server looks back in steps and draws
 * what it has found so far; this presses "Go on" until it is done, pauses, or is stopped.
 */

const PARTS = "#preview, #tried";
const FAILED = "The server did not take this. Try again, or reload the page.";
let turn = 0;
const status = document.createElement("p");
status.className = "tried-status";
status.setAttribute("role", "status");
document.body.append(status);

document.addEventListener("click", (event) => {
  const pressed = /** @type {Element} */ (event.target).closest?.("button[data-try], button[data-stop]");
  const button = /** @type {HTMLButtonElement|null} */ (pressed);
  const form = button?.form;
  if (!button || !form) return;
  event.preventDefault();
  if (button.matches("[data-stop]")) stop(button);
  else tryOut(form, button);
});

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
async function tryOut(form, button) {
  const mine = ++turn;
  const isFromElsewhere = !button.closest(PARTS);
  button.closest("details")?.removeAttribute("open");
  status.textContent = "Trying…";
  let what = button.value;
  for (let step = 0; what; step += 1) {
    const part = form.querySelector(PARTS);
    if (!part) return;
    part.setAttribute("aria-busy", "true");
    const fresh = drawn(await asked(form, what, part.id));
    if (mine !== turn || !part.isConnected) return;
    if (!fresh) {
      fail(part);
      return;
    }
    put(fresh, part);
    if (!step && isFromElsewhere) lead(fresh);
    what = next(fresh);
  }
  status.textContent = words(form.querySelector(PARTS));
}

/**
 * @param {HTMLFormElement} form
 * @param {string} what the button that is pressed
 * @param {string} part
 * @returns {Promise<string>} "" where the server does not answer
 */
async function asked(form, what, part) {
  const fields = new FormData(form);
  fields.set("do", what);
  const headers = { "HX-Request": "true", "HX-Target": part };
  try {
    const answer = await fetch(location.href, { method: "POST", body: fields, headers });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}

/** @param {string} html */
function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement|null} */ (template.content.querySelector(PARTS));
}

/**
 * The fresh part in the place of the old; who was in the old is at the same place in the fresh.
 * @param {HTMLElement} fresh
 * @param {Element} part
 */
function put(fresh, part) {
  const active = /** @type {HTMLButtonElement|null} */ (document.activeElement);
  const had = part.contains(active) ? active : null;
  const goesOn = !!next(fresh);
  part.replaceWith(fresh);
  show(fresh, goesOn);
  if (!had) return;
  const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (fresh.querySelectorAll("button"))];
  const same = buttons.find((each) => each.matches("[data-try]") && !each.hidden && each.value === had.value);
  (same || buttons.find((each) => !each.hidden && each.closest(".tried-way")) || buttons.at(-1))?.focus();
}

/**
 * While it goes on by itself it can be stopped; else it can be told to go on.
 * @param {Element} part
 * @param {boolean} goesOn
 */
function show(part, goesOn) {
  const way = part.querySelector(".tried-way");
  const [on, off] = [way?.querySelector("[data-try]"), way?.querySelector("[data-stop]")];
  on?.toggleAttribute("hidden", goesOn);
  off?.toggleAttribute("hidden", !goesOn);
}

/** @param {HTMLButtonElement} button */
function stop(button) {
  turn += 1;
  const part = button.closest(PARTS);
  if (!part) return;
  part.removeAttribute("aria-busy");
  show(part, false);
  /** @type {HTMLElement|null} */ (part.querySelector(".tried-way [data-try]"))?.focus();
  status.textContent = `Stopped. ${words(part)}`;
}

/** @param {Element} part */
function fail(part) {
  part.removeAttribute("aria-busy");
  show(part, false);
  const said = document.createElement("p");
  said.className = "asking-error";
  said.textContent = status.textContent = FAILED;
  part.append(said);
}

/** @param {HTMLElement} part */
function lead(part) {
  part.tabIndex = -1;
  part.focus();
}

/** @param {Element} part */
function next(part) {
  const tried = part.querySelector(".tried[data-goes-on]");
  return /** @type {HTMLButtonElement|null|undefined} */ (tried?.querySelector(".tried-way [data-try]"))?.value || "";
}

/** @param {Element|null} part */
function words(part) {
  return /** @type {HTMLElement|null|undefined} */ (part?.querySelector(".tried"))?.dataset.words || "";
}
