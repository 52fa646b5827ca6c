import { ask, Problem } from "./ask.js";
import { tell } from "./page.js";

const SHOWN_MS = 8000;
const MOST = 3;

/**
 * Says something in passing. A new one puts away the oldest of too many, but none that offers
 * something: that stands for its whole time.
 * @param {string} words
 * @param {{tone?: "bad", action?: {name: string, run: () => void}}} [options]
 */
export function toast(words, { tone, action } = {}) {
  const box = document.getElementById("toasts");
  if (!box) return;
  if (box.children.length >= MOST) {
    [...box.children].find((each) => !each.querySelector("button"))?.remove();
  }
  const element = document.createElement("div");
  element.className = tone ? `toast is-${tone}` : "toast";
  const text = document.createElement("span");
  text.textContent = words;
  element.append(text);
  const close = () => element.remove();
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.name;
    button.addEventListener("click", () => {
      close();
      action.run();
    });
    element.append(button);
  }
  box.append(element);
  let timer = setTimeout(close, SHOWN_MS);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => {
    timer = setTimeout(close, SHOWN_MS / 2);
  });
}

/** Presses the last button that is about something else than undo; false where there is none. */
export function takeOffer() {
  const offers = [...document.querySelectorAll("#toasts button")];
  const offer = offers.findLast(({ textContent }) => textContent !== "Undo");
  if (!(offer instanceof HTMLElement)) return false;
  offer.click();
}

/**
 * Says why something could not be done.
 * @param {unknown} error
 */
export function explain(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.isLoggedOut) tell("inbox:logged-out");
  else if (error.status === 0) toast("No connection. Nothing was changed.", { tone: "bad" });
  else toast(error.message, { tone: "bad" });
}

/**
 * What was done, with a way back, or (by its `verb`) with what could be done next.
 * @param {{words: string, undo: {url: string, values: Record<string, string>}|null,
 *   verb?: string}} done
 */
export function sayDone({ words, undo, verb = "Undo" }) {
  const run = async () => {
    try {
      const response = await ask(undo?.url || "", { form: undo?.values, part: "head" });
      const told = JSON.parse(response.headers.get("HX-Trigger") || "{}");
      tell("inbox:undone", await response.text());
      for (const name of ["inbox:merged", "inbox:unmerged"]) {
        if (told[name]) tell(name, told[name]);
      }
      const done = told["inbox:done"];
      if (done?.is_partly) toast(done.words, { tone: "bad" });
      else if (done && verb !== "Undo") sayDone(done);
    } catch (error) {
      explain(error);
    }
  };
  toast(words, undo ? { action: { name: verb, run } } : {});
}
