/**
 * Puts what a whole new page says of its teammate and of the customer's name into the one on screen:
 * what they may do, which keys they press, how they like to work. Only who needs it loads it, so it
 * imports nothing.
 */

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement[]} */
const all = (root, selector) => [...root.querySelectorAll(selector)].map((each) => /** @type {any} */ (each));

/** Holds keys and words that no script has changed, and nothing that somebody is at. */
const DRAWN = "#keys .keys-body, .rail-find, .list-foot, .list-empty, .nothing > .empty, .side-send small";
/** Has a title that ends with keys. */
const TITLED = "[data-search-here], [data-menu=order] summary, [data-many-none], [data-open-macros], [data-preview]";

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 * @param {string[]} names of what is kept in data attributes
 */
function copyData(old, fresh, names) {
  for (const name of names) {
    if (name in fresh.dataset) old.dataset[name] = fresh.dataset[name];
    else delete old.dataset[name];
  }
}

/**
 * @param {Document} fresh
 * @param {string} selector
 * @param {(old: HTMLElement, fresh: HTMLElement) => void} copy
 */
function pair(fresh, selector, copy) {
  const [olds, news] = [all(document, selector), all(fresh, selector)];
  // Another list may have come on screen meanwhile, with other things in it.
  if (olds.length === news.length) olds.forEach((old, at) => copy(old, news[at]));
}

/** @param {Document} fresh */
function showSteps(fresh) {
  const [old, now] = [document, fresh].map((page) => page.querySelector(".rail-steps"));
  if (now && old) old.replaceWith(now);
  else if (now) document.getElementById("me")?.before(now);
  else old?.remove();
}

/** @param {ParentNode} page what one can write there */
const kindsIn = (page) => all(page, '.composer [name="kind"]').map((each) => each.getAttribute("value")).join();

/** @param {Document} fresh */
function showWriting(fresh) {
  const [old, now] = [document, fresh].map(
    (page) => /** @type {any} */ (page.querySelector("inbox-composer, .read-only")),
  );
  if (!old || !now) return;
  if (kindsIn(document) !== kindsIn(fresh)) {
    old.replaceWith(now);
    return;
  }
  if (!now.matches("inbox-composer")) return;
  copyData(old, now, ["hold", "enter", "contactName"]);
  for (const name of [".audience", "[data-holding]", ".menu-hint"]) {
    const [olds, news] = [all(old, name), all(now, name)];
    olds.forEach((each, at) => {
      if (each instanceof HTMLInputElement) each.checked = news[at].hasAttribute("checked");
      else each.textContent = news[at].textContent;
    });
  }
  old.replyHint = now.querySelector("textarea").getAttribute("placeholder");
  if (old.kind === "reply") old.text.placeholder = old.replyHint;
}

/** @param {string} html the whole page at the address on screen, as the server draws it now */
export function redraw(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  copyData(document.documentElement, fresh.documentElement, ["density"]);
  copyData(document.body, fresh.body, ["admin"]);
  pair(fresh, DRAWN, (old, now) => {
    if (old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
  });
  pair(fresh, TITLED, (old, now) => {
    old.title = now.title;
  });
  pair(fresh, "[data-single-keys]", (old, now) => {
    /** @type {HTMLInputElement} */ (old).checked = now.hasAttribute("checked");
  });
  showSteps(fresh);
  for (const opener of all(document, "[data-open-palette]")) opener.hidden = false;
  const shown = (/** @type {Document} */ page) => page.getElementById("conversation")?.dataset.conversation;
  if (shown(fresh) !== shown(document)) return;
  pair(fresh, "#thread", (old, now) => copyData(old, now, ["contactName"]));
  pair(fresh, "#thread .beginning", (old, now) => {
    old.innerHTML = now.innerHTML;
  });
  showWriting(fresh);
}
