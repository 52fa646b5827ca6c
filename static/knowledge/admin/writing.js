/** Writing an article: the preview follows what is typed, pictures are dropped and pasted. */

const SOON = 350;

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-writing]"));
const body = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("#body"));
const chooser = /** @type {HTMLInputElement | null} */ (document.querySelector("#picture"));
const problem = /** @type {HTMLElement | null} */ (document.querySelector("[data-problem]"));

let timer = 0;
let asked = 0;
let isChanged = false;
let isSent = false;

/**
 * @param {string} what
 * @param {File} [file]
 */
function sent(what, file) {
  const fields = new FormData(/** @type {HTMLFormElement} */ (form));
  fields.set("do", what);
  fields.delete("picture");
  if (file) fields.set("picture", file);
  return fetch(location.href, { method: "POST", body: fields, headers: { "X-Part": what } });
}

/** @param {string} text */
function say(text) {
  if (!problem) return;
  problem.textContent = text;
  problem.hidden = !text;
}

async function preview() {
  const frame = /** @type {HTMLIFrameElement | null} */ (document.querySelector("[data-preview]"));
  const inside = frame?.contentDocument?.body;
  if (!inside) return;
  const mine = ++asked;
  const answer = await sent("preview").catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine === asked) inside.replaceChildren(...drawn.body.childNodes);
}

/** @param {File} file */
async function put(file) {
  if (!body || !file.type.startsWith("image/")) return;
  const [start, end] = [body.selectionStart, body.selectionEnd];
  const answer = await sent("picture", file).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!said?.markdown) {
    say(said?.problem ?? "The picture was not taken. Try again.");
    return;
  }
  say("");
  body.setRangeText(`${said.markdown}\n`, start, end, "end");
  body.dispatchEvent(new Event("input", { bubbles: true }));
  body.focus();
}

/** @param {DataTransfer | null} given */
function pictures(given) {
  return [...(given?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

if (form && body) {
  form.closest(".writing")?.setAttribute("data-scripted", "");
  form.addEventListener("input", () => {
    isChanged = true;
    clearTimeout(timer);
    timer = window.setTimeout(preview, SOON);
  });
  form.addEventListener("submit", () => {
    isSent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && !isSent) event.preventDefault();
  });
  chooser?.addEventListener("change", async () => {
    for (const file of chooser.files ?? []) await put(file);
    chooser.value = "";
  });
  body.addEventListener("paste", async (event) => {
    const files = pictures(event.clipboardData);
    if (files.length) event.preventDefault();
    for (const file of files) await put(file);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    body.addEventListener(kind, async (event) => {
      const { dataTransfer } = /** @type {DragEvent} */ (event);
      body.classList.toggle("is-target", kind === "dragover");
      if (!dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (kind !== "drop") return;
      for (const file of pictures(dataTransfer)) await put(file);
    });
  }
}
