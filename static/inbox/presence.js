/** Who else has this conversation on screen, and who of them is typing. */

import { conversation, hear, me } from "./page.js";

const TYPING_MS = 6000;

/**
 * @typedef {{id: string, name: string, initials: string, tint: string, picture: string|null}} Person
 */

/** @type {Person[]} */
let people = [];
let shownFor = "";
/** @type {Map<string, any>} teammate → timer */
const typing = new Map();

/**
 * What is said of those who are there: the ones who type first.
 * @param {Person[]} others
 * @param {Set<string>} typists
 */
export function wordsFor(others, typists) {
  const names = (/** @type {Person[]} */ some) =>
    some.length > 2
      ? `${some[0].name} and ${some.length - 1} others`
      : some.map(({ name }) => name).join(" and ");
  const said = (/** @type {Person[]} */ some, /** @type {string} */ what) =>
    some.length ? [`${names(some)} ${some.length > 1 ? "are" : "is"} ${what}`] : [];
  const typed = others.filter(({ id }) => typists.has(id));
  const watching = others.filter(({ id }) => !typists.has(id));
  return [...said(typed, "typing"), ...said(watching, "looking")].join(", ");
}

/** @param {{conversation: string, people: Person[]}} frame */
export function seeing(frame) {
  if (frame.conversation !== conversation()) return;
  shownFor = frame.conversation;
  people = frame.people.filter(({ id }) => id !== me);
  show();
}

/** @param {{type: string, id: string}} author */
export function typingBy(author) {
  if (author.type !== "teammate" || author.id === me) return;
  clearTimeout(typing.get(author.id));
  typing.set(
    author.id,
    setTimeout(() => {
      typing.delete(author.id);
      show();
    }, TYPING_MS),
  );
  show();
}

/** Without a live connection nobody knows who looks. */
export function seeNobody() {
  people = [];
  show();
}

/** @param {Person} person */
function faceOf({ id, initials, tint, picture }) {
  if (picture) {
    const image = document.createElement("img");
    Object.assign(image, { className: "av", src: picture, alt: "", width: 40, height: 40 });
    image.dataset.face = id;
    return image;
  }
  const face = document.createElement("span");
  face.className = `av ${tint}`;
  face.dataset.face = id;
  face.textContent = initials;
  face.ariaHidden = "true";
  return face;
}

function show() {
  const place = document.getElementById("presence");
  if (!place) return;
  const words = document.createElement("span");
  words.textContent = wordsFor(people, new Set(typing.keys()));
  const isSame = place.textContent === [...people.slice(0, 3).map(faceOf), words]
    .map(({ textContent }) => textContent)
    .join("");
  place.hidden = !people.length;
  if (!isSame) place.replaceChildren(...people.slice(0, 3).map(faceOf), words);
}

hear("inbox:arrived", () => {
  if (conversation() === shownFor) {
    show();
    return;
  }
  shownFor = conversation();
  typing.clear();
  seeNobody();
});
