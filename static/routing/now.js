// Shows who has how much anew every ten seconds, while somebody looks.

const SECONDS = 10;

/** @param {Element} place */
async function look(place) {
  if (document.hidden || place.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
    if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
  } catch {
    // The next look may reach the server.
  }
}

const place = document.querySelector("[data-now]");
if (place) setInterval(() => look(place), SECONDS * 1000);
