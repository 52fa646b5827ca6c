/**
 * Forms in which a condition is written (templates/conditions/): the server draws them; this only
 * sends them when something is chosen, and keeps what is typed meanwhile.
 */

const PAUSE_MS = 350;
// Who chooses by keys goes by what is between, or spells the word: the list must stay meanwhile.
const CHOSEN_MS = 900;

/**
 * How a form is sent: its fields, the name of the part wanted; gives the answer.
 * @typedef {(form: HTMLFormElement, fields: FormData, part: string) => Promise<Response>} Send
 */

/**
 * @param {Send} send
 * @param {(url: string) => void} leave where a finished form leads
 * @param {(error: unknown) => void} explain
 */
export function keepConditionForms(send, leave, explain) {
  /** @type {any} */
  let pause = 0;
  /** @type {any} */
  let choosing = 0;
  /** @type {EventTarget|null} the list in which somebody chooses by keys */
  let byKeys = null;
  let turn = 0;
  let asked = 0;

  /**
   * @param {HTMLFormElement} form
   * @param {string} what
   * @param {string} [left] the name of the list that was left by Tab
   */
  async function press(form, what, left) {
    const mine = ++turn;
    asked += 1;
    clearTimeout(pause);
    clearTimeout(choosing);
    choosing = 0;
    const fields = fieldsOf(form, what);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form, fields, form.dataset.part || "");
      if (answer.headers.get("Content-Type")?.includes("json")) {
        leave((await answer.json()).url);
        return;
      }
      const html = await answer.text();
      if (mine !== turn || !form.isConnected) return;
      const fresh = redraw(form, html, fields, what, left);
      if (fresh) preview(fresh);
    } catch (error) {
      explain(error);
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  /**
   * Shows what matches what is written now; the form may have been drawn anew since it was typed.
   * @param {HTMLElement} was
   */
  async function preview(was) {
    const form = document.getElementById(was.id);
    if (!(form instanceof HTMLFormElement)) return;
    const mine = ++asked;
    try {
      const answer = await send(form, fieldsOf(form, "draw"), "preview");
      const html = await answer.text();
      if (mine === asked) document.querySelector("#preview")?.replaceWith(...partsOf(html));
    } catch {
      // The next word asks again.
    }
  }

  document.addEventListener("submit", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    event.preventDefault();
    const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
    press(form, button?.value || "apply");
  });
  document.addEventListener("change", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    const form = formOf(field);
    if (!form) return;
    if (field === byKeys) {
      clearTimeout(choosing);
      choosing = setTimeout(press, CHOSEN_MS, form, "draw");
    } else if (field.matches("[data-redraw], [data-more]")) press(form, "draw");
    else if (field.closest("[data-condition]")) preview(form);
  });
  document.addEventListener("keydown", ({ target, key }) => {
    const field = /** @type {HTMLElement} */ (target);
    byKeys = key !== "Tab" && field.matches("select[data-redraw]") ? field : null;
  });
  document.addEventListener("pointerdown", () => (byKeys = null));
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const field = /** @type {HTMLSelectElement} */ (target);
    const form = choosing && formOf(field);
    if (!form) return;
    const isOn = relatedTarget instanceof Node && field.compareDocumentPosition(relatedTarget)
      & Node.DOCUMENT_POSITION_FOLLOWING;
    press(form, "draw", isOn ? field.name : "");
  });
  document.addEventListener("input", (event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    const form = formOf(field);
    if (!form || !field.matches("[data-condition] input")) return;
    clearTimeout(pause);
    pause = setTimeout(preview, PAUSE_MS, form);
  });
}

/** @param {EventTarget|null} target */
function formOf(target) {
  const form = /** @type {Element} */ (target).closest?.("form[data-condition-form]");
  return form instanceof HTMLFormElement ? form : null;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} what the button that was pressed
 */
function fieldsOf(form, what) {
  const fields = new FormData(form);
  fields.set("do", what);
  return fields;
}

/** @param {string} html */
function partsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

/**
 * @param {HTMLFormElement} form
 * @param {string} html
 * @param {FormData} sent
 * @param {string} what
 * @param {string} [left]
 * @returns {HTMLElement|null} the new form, where something was typed meanwhile
 */
function redraw(form, html, sent, what, left) {
  const active = /** @type {HTMLElement|null} */ (document.activeElement);
  const hadFocus = form.contains(active);
  const at = active?.getAttribute("name") || "";
  const typed = textsOf(form);
  const fresh = /** @type {HTMLElement|undefined} */ (partsOf(html)[0]);
  if (!fresh) return null;
  form.replaceWith(fresh);
  keepChosen(fresh, form, sent);
  const isTyped = what === "draw" && keepTyped(fresh, typed, sent);
  const follows = left && after(fresh, left);
  if (follows) follows.focus();
  else if (hadFocus || document.activeElement === document.body) focus(fresh, at, active);
  return isTyped ? fresh : null;
}

/**
 * @param {HTMLElement} form
 * @returns {HTMLInputElement[]}
 */
const textsOf = (form) => [.../** @type {NodeListOf<HTMLInputElement>} */ (
  form.querySelectorAll('input:is([type="text"], [type="number"], [type="date"])')
)];

/**
 * What was typed while the form was under way stays typed.
 * @param {HTMLElement} fresh
 * @param {HTMLInputElement[]} typed
 * @param {FormData} sent
 */
function keepTyped(fresh, typed, sent) {
  let isTyped = false;
  for (const name of new Set(typed.map((field) => field.name))) {
    const was = sent.getAll(name);
    const now = typed.filter((field) => field.name === name);
    const drawn = textsOf(fresh).filter((field) => field.name === name);
    now.forEach((field, index) => {
      if (!drawn[index] || field.value === was[index]) return;
      drawn[index].value = field.value;
      isTyped = true;
    });
  }
  return isTyped;
}

/**
 * What was chosen beside the condition while the form was under way stays chosen.
 * @param {HTMLElement} fresh
 * @param {HTMLFormElement} form
 * @param {FormData} sent
 */
function keepChosen(fresh, form, sent) {
  const choices = 'select, input:is([type="checkbox"], [type="radio"])';
  const fields = /** @type {NodeListOf<any>} */ (form.querySelectorAll(choices));
  const drawn = [.../** @type {NodeListOf<any>} */ (fresh.querySelectorAll(choices))];
  for (const field of fields) {
    if (field.closest("[data-condition]")) continue;
    const same = drawn.find((each) => each.name === field.name
      && (field instanceof HTMLSelectElement || each.value === field.value));
    if (!same) continue;
    const was = sent.getAll(field.name);
    if (field instanceof HTMLSelectElement) {
      if (field.value !== was[0]) same.value = field.value;
    } else if (field.checked !== was.includes(field.value)) {
      same.checked = field.checked;
    }
  }
}

/**
 * @param {HTMLElement} fresh
 * @param {string} at the name of the field that had the focus
 * @param {HTMLElement|null} was
 */
function focus(fresh, at, was) {
  const wanted = fresh.querySelector("[data-focus]")
    || fresh.querySelector('[role="alert"]')?.closest(".condition-line, form")
      ?.querySelector("select, input:not([type='hidden'])")
    || next(fresh, at, was)
    || fresh.querySelector("select, input:not([type='hidden'])");
  /** @type {HTMLElement|null} */ (wanted)?.focus();
  if (!(wanted instanceof HTMLInputElement) || !(was instanceof HTMLInputElement)) return;
  if (wanted.type !== "text" || wanted.name !== was.name) return;
  wanted.setSelectionRange(was.selectionStart, was.selectionEnd);
}

/**
 * Where Tab leads from a list: it was pressed before what follows was there.
 * @param {HTMLElement} form
 * @param {string} name
 */
function after(form, name) {
  const fields = [.../** @type {NodeListOf<HTMLElement>} */ (
    form.querySelectorAll('select, input:not([type="hidden"]), button:not([tabindex="-1"])')
  )];
  return fields[fields.findIndex((field) => field.getAttribute("name") === name) + 1];
}

/**
 * After what is chosen comes what it is asked; a field that more came of is left for the next.
 * @param {HTMLElement} fresh
 * @param {string} at
 * @param {HTMLElement|null} was
 */
function next(fresh, at, was) {
  if (!at) return null;
  const same = [...fresh.querySelectorAll(`[name="${CSS.escape(at)}"]:not(button)`)];
  if (was?.matches("[data-more]")) return same.at(-1);
  return same.at(-1) || null;
}
