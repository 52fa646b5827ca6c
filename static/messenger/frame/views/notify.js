/**
 * @typedef {{h: Function, t: (key: string, values?: Record<string, string>) => string,
 *   icon: Function, shell: import("../main.js").Shell}} Tools
 */

/**
 * How one wants to hear of answers: a sound, and messages of this browser. Opens below the bell, or
 * closes again.
 *
 * @param {HTMLElement} bell
 * @param {Tools} tools
 */
export function toggleMenu(bell, { h, t, shell }) {
  const button = /** @type {HTMLElement} */ (bell.firstElementChild);
  const close = () => {
    bell.querySelector(".menu")?.remove();
    button.setAttribute("aria-expanded", "false");
  };
  if (bell.querySelector(".menu")) return close();
  const choice = (/** @type {string} */ name, /** @type {(box: HTMLInputElement) => any} */ work) => {
    const box = h("input", { type: "checkbox", onchange: () => work(box) });
    box.checked = Boolean(shell.device[name]);
    // A session that ended took its notifications with it.
    if (name === "push" && !shell.session.is_notified) box.checked = false;
    return h("label", {}, h("span", { class: "grow" }, t(`notify.${name}`)), box);
  };
  const sound = choice("sound", (box) => {
    shell.keep({ sound: box.checked });
    if (box.checked) chime();
  });
  const said = h("p", { role: "status", hidden: true });
  const push = choice("push", async (box) => {
    const wanted = box.checked;
    box.checked = !wanted;
    const { state, reason = "" } = await askInWindow(shell, wanted);
    said.hidden = !reason;
    said.textContent = reason;
    if (!state) return;
    box.checked = shell.session.is_notified = state === "on";
    shell.keep({ push: box.checked });
  });
  const rows = [sound, shell.session.settings.push && push, said];
  bell.append(h("div", { class: "menu", role: "group", "aria-label": t("notify") }, ...rows));
  button.setAttribute("aria-expanded", "true");
  bell.onkeydown = (event) => {
    if (event.key !== "Escape" || !bell.querySelector(".menu")) return;
    event.preventDefault();
    close();
    button.focus();
  };
  bell.onfocusout = ({ relatedTarget }) => {
    if (relatedTarget && !bell.contains(/** @type {Node} */ (relatedTarget))) close();
  };
  return undefined;
}

/** Two short tones, where the browser lets us: not before the visitor touched this page. */
export function chime() {
  const context = new AudioContext();
  if (context.state !== "running") return context.close();
  const at = context.currentTime;
  [660, 880].forEach((pitch, index) => {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const from = at + index * 0.13;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.12, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.25);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.25);
    tone.onended = () => index && context.close();
  });
  return undefined;
}

/**
 * A visitor whom nobody answered yet may leave an address.
 *
 * @param {Tools} tools
 * @returns {HTMLElement}
 */
export function emailCard({ h, t, icon, shell }) {
  const field = h("input", {
    type: "email",
    autocomplete: "email",
    required: true,
    maxlength: "254",
    "aria-label": t("email.label"),
    "aria-describedby": "email-said",
    placeholder: t("email.label"),
  });
  const said = h("p", { id: "email-said", class: "problem", role: "alert", hidden: true });
  const save = h("button", { type: "submit", class: "primary" }, t("email.save"));
  const say = (/** @type {string} */ text) => {
    said.textContent = text;
    said.hidden = !text;
    field.setAttribute("aria-invalid", String(Boolean(text)));
  };
  const close = () => {
    shell.keep({ email: "later" });
    card.remove();
    shell.view?.focus();
  };
  const away = { class: "remove", "aria-label": t("email.dismiss"), onclick: close };
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const email = field.value.trim();
    say(field.validity.valid ? "" : t("email.invalid"));
    if (!field.validity.valid) return field.focus();
    save.disabled = true;
    try {
      await shell.messenger.api.call("PUT", "email", { email });
      shell.session.contact.email = email;
      card.replaceChildren(h("p", { role: "status", tabindex: "-1" }, t("email.thanks", { email })));
      card.firstElementChild.focus();
    } catch (problem) {
      say(/** @type {Error} */ (problem).message);
      save.disabled = false;
    }
    return undefined;
  };
  const title = h("p", { class: "grow" }, t("email.title"));
  const card = h(
    "form",
    { class: "offer", novalidate: true, onsubmit },
    h("div", { class: "line" }, title, h("button", away, icon("close"))),
    h("div", { class: "line" }, h("div", { class: "box" }, field), save),
    said,
  );
  return card;
}

/**
 * Only a window of our own may ask for the browser's permission: an embedded page may not.
 *
 * @param {import("../main.js").Shell} shell
 * @param {boolean} wanted
 * @returns {Promise<{state?: "on"|"off", reason?: string}>}
 */
function askInWindow(shell, wanted) {
  const question = { wanted, token: shell.messenger.api.token };
  const { app } = shell.installation;
  const lang = encodeURIComponent(document.documentElement.lang);
  const url = new URL(`../page/${app}/notify/?locale=${lang}`, location.href);
  const opened = open(url, "counterfoil-notify", "popup,width=420,height=480");
  const over = new AbortController();
  /** @type {Promise<{state?: "on"|"off", reason?: string}>} */
  const answer = new Promise((resolve) => {
    const hear = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== opened || origin !== location.origin) return;
      if (data.type === "ready") opened?.postMessage({ type: "visitor", ...question }, origin);
      if (data.type === "push") resolve(data);
    };
    addEventListener("message", hear, over);
    const watch = setInterval(() => opened?.closed !== false && resolve({}), 500);
    over.signal.onabort = () => clearInterval(watch);
  });
  return answer.finally(() => over.abort());
}
