// The shop's own script: what any shop has, and three lines that speak to the messenger.

const root = document.documentElement;

/** Shop pages replace each other without a reload, as in many shops of today. */
async function visit(url) {
  const response = await fetch(url);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const change = () => {
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    scrollTo(0, 0);
    mark();
  };
  await (document.startViewTransition ? document.startViewTransition(change).finished : change());
}

function mark() {
  for (const link of document.querySelectorAll("header nav a")) {
    const isHere = new URL(link.href).pathname === location.pathname;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const isPlain = (event) => !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.button;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link?.hasAttribute("data-sign-out")) window.Counterfoil?.("shutdown");
  else if (link && !link.hasAttribute("data-sign-in") && isPlain(event)) {
    event.preventDefault();
    if (link.href !== location.href) history.pushState(null, "", link.href);
    visit(link.href);
  }

  const ask = event.target.closest("[data-ask]");
  if (ask) window.Counterfoil?.("open", { new: true, text: ask.dataset.ask });

  const basket = event.target.closest("[data-basket]");
  if (basket) {
    document.querySelector(".done").textContent = `In your basket: ${basket.dataset.basket}`;
    window.Counterfoil?.("track", "added-to-basket", { item: basket.dataset.basket });
  }
});
addEventListener("popstate", () => visit(location.href));
root.classList.add("ready");
mark();
