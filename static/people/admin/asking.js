/** What is written in the condition form: it is drawn by the server, with what it matches. */

import { keepConditionForms } from "../../shared/conditions.js";

keepConditionForms(
  async (form, fields, part) => {
    const answer = await fetch(location.href, {
      method: "POST",
      body: fields,
      headers: { "HX-Request": "true", "HX-Target": part },
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer;
  },
  (url) => location.assign(url),
  explain,
);

/** Nothing is lost: what is written stays in the form. */
function explain() {
  const form = document.querySelector(".asking-form");
  if (!form || form.querySelector(".asking-error.is-ours")) return;
  const said = document.createElement("p");
  said.className = "asking-error is-ours";
  said.setAttribute("role", "alert");
  said.textContent = "The server did not take this. Try again, or reload the page.";
  form.prepend(said);
}
