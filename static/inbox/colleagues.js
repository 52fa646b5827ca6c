/** What is told of a teammate, put in its place wherever it stands. */

import { ask, elementsOf } from "./ask.js";
import { memory } from "./memory.js";
import { addressOf, view } from "./page.js";
import { put } from "./places.js";

/** @param {{teammate: string, is_away: boolean}} frame */
export function showAway({ teammate, is_away: isAway }) {
  const named = `[value="${teammate}"]`;
  const choices = `#head [name=assignee]${named}, .side-choices label:has(${named}:enabled)`;
  for (const mate of document.querySelectorAll(choices)) {
    mate.querySelector("small")?.remove();
    const sign = document.createElement("small");
    sign.textContent = "Away";
    if (isAway) mate.append(sign);
  }
}

/** @param {{teammate: string, html: string}} frame */
export function showFace({ teammate, html }) {
  memory.clear();
  const own = /** @type {NodeListOf<HTMLTemplateElement>} */ (
    document.querySelectorAll("template[data-own]")
  );
  for (const place of [document, ...[...own].map(({ content }) => content)]) {
    for (const old of place.querySelectorAll(`[data-face="${teammate}"]`)) {
      old.replaceWith(...elementsOf(html));
    }
  }
}

/** One's own menu, as the server draws it now. */
export async function refreshMe() {
  put(await (await ask(addressOf(view()), { part: "me" })).text());
}
