/**
 * @typedef {{h: Function, t: (key: string, values?: Record<string, string>) => string,
 *   icon: Function, messenger: import("../messenger.js").Messenger}} Tools
 */

const HEAD = "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M6 6.2v.6M10 6.2v.6";
/** From the saddest to the happiest. */
const MOUTHS = [
  "M5.6 11.1c1.2-2 3.6-2 4.8 0",
  "M5.9 10.6c1.2-1.1 3-1.1 4.2 0",
  "M5.9 10.1h4.2",
  "M5.8 9.6c1.2 1.3 3.2 1.3 4.4 0",
  "M5.3 9h5.4c-.6 3.2-4.8 3.2-5.4 0z",
];

/**
 * How content the visitor was: a face, then a few words if they like. Both may be changed as long
 * as the conversation may be rated; afterwards it only says what was chosen.
 *
 * @param {Tools} tools
 * @param {string} key of the conversation
 */
export function ratingCard({ h, t, icon, messenger }, key) {
  const scores = MOUTHS.map((mouth, index) => {
    const score = index + 1;
    const face = icon("smile");
    face.firstChild.setAttribute("d", HEAD + mouth);
    const name = t(`rating.${score}`);
    const onchange = () => messenger.rate(key, score);
    const radio = h("input", { type: "radio", name: "score", value: String(score), onchange });
    radio.setAttribute("aria-label", name);
    return h("label", { title: name }, radio, face);
  });
  const legend = h("legend", {}, t("list.rate"));
  const choice = h("fieldset", {}, legend, h("div", { class: "scores" }, ...scores));
  const thanks = h("p", { role: "status" });
  const words = h("textarea", { rows: "2", maxlength: "2000" });
  words.setAttribute("aria-label", t("rating.comment"));
  words.placeholder = t("rating.comment");
  words.oninput = () => (send.hidden = words.value.trim() === (rating()?.comment || ""));
  const send = h("button", { class: "secondary" }, t("compose.send"));
  const more = h("div", { class: "more" }, words, send);
  const rating = () => messenger.rating(key);
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    messenger.rate(key, Number(rating()?.score), words.value.trim());
    words.focus();
  };
  let before = "";
  const update = () => {
    const { score = 0, comment = "" } = rating() || {};
    const isOpen = Boolean(messenger.conversations.get(key)?.can_rate);
    const now = `${score} ${isOpen} ${comment}`;
    if (now === before) return;
    before = now;
    choice.disabled = !isOpen;
    scores.forEach((label, index) => (label.firstElementChild.checked = index + 1 === score));
    thanks.textContent = score ? t("rating.thanks") : "";
    more.hidden = !score || (!isOpen && !comment);
    words.readOnly = !isOpen;
    if (document.activeElement !== words || !words.value) words.value = comment;
    send.hidden = words.value.trim() === comment;
  };
  update();
  const element = h("form", { class: "rating", "aria-live": "off", onsubmit }, choice, thanks, more);
  return { element, update };
}
