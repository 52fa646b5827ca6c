/** The pages on which a view or a filter is written. */

import { keepConditionForms } from "../shared/conditions.js";
import { keepTimes } from "../shared/times.js";
import { ask } from "./ask.js";

/** @param {unknown} error */
function explain(error) {
  const place = document.querySelector("#preview");
  if (!place) return;
  const words = document.createElement("p");
  words.className = "condition-error";
  words.setAttribute("role", "alert");
  words.textContent = /** @type {Error} */ (error).message;
  place.replaceChildren(words);
}

/**
 * A form that is refused comes back with the reasons in it, so its status does not matter here.
 * @param {HTMLFormElement} form
 * @param {FormData} fields
 * @param {string} part
 */
const send = (form, fields, part) => ask(form.action, { part, form: fields });

keepTimes();
keepConditionForms(send, (url) => location.assign(url), explain);
