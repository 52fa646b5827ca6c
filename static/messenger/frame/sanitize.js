const KEPT = new Set("P BR STRONG B EM I DEL S CODE PRE BLOCKQUOTE UL OL LI A".split(" "));
/** What they hold is nothing to read; of all others it is. */
const DROPPED = /^(script|style)$/i;
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

// The string only ever becomes an inert document, from which allowed nodes are made anew.
/** @type {{createHTML: (html: string) => string}|undefined} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("counterfoil", {
  createHTML: (/** @type {string} */ html) => html,
});

/**
 * The server cleans a message's HTML before it stores it. This is the second lock: whatever comes,
 * only known elements without attributes are made, and links only to schemes that cannot run.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function fragmentOf(html) {
  const source = policy ? policy.createHTML(html) : html;
  const inert = new DOMParser().parseFromString(source, "text/html");
  const fragment = new DocumentFragment();
  copy(inert.body, fragment);
  return fragment;
}

/**
 * @param {Node} from
 * @param {ParentNode} to
 */
function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.textContent || "");
    } else if (node instanceof Element && !DROPPED.test(node.tagName)) {
      copy(node, kept(node, to));
    }
  }
}

/**
 * @param {Element} element
 * @param {ParentNode} parent
 * @returns {ParentNode} where its children go: an element of its own, or the parent
 */
function kept(element, parent) {
  if (!KEPT.has(element.tagName)) return parent;
  const copied = document.createElement(element.tagName);
  if (copied instanceof HTMLAnchorElement) {
    const href = safeHref(element.getAttribute("href") || "");
    if (!href) return parent;
    copied.href = href;
    copied.target = "_blank";
    copied.rel = "noopener noreferrer nofollow ugc";
  }
  parent.append(copied);
  return copied;
}

/**
 * @param {string} href
 * @returns {string} the address, or nothing when it must not be clicked
 */
export function safeHref(href) {
  try {
    const url = new URL(href);
    return SCHEMES.has(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}
