/** Copy buttons beside code, and tabs over alternatives of it. */

for (const button of /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll("[data-copy]")
)) {
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const code = button.parentElement?.querySelector("code")?.textContent || "";
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-tabs]")).forEach(fold);

/** @param {HTMLElement} group @param {number} place among the groups of the page */
function fold(group, place) {
  const panels = /** @type {HTMLElement[]} */ ([...group.querySelectorAll("[data-tab]")]);
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", group.dataset.tabs || "");
  const tabs = panels.map((panel, index) => {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${place}-${index}`;
    tab.textContent = panel.dataset.tab || "";
    tab.setAttribute("role", "tab");
    tab.addEventListener("click", () => choose(index));
    panel.id = `panel-${place}-${index}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", panel.id);
    list.append(tab);
    return tab;
  });

  const choose = (/** @type {number} */ chosen) => {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    });
  };

  list.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const now = tabs.findIndex((tab) => tab.tabIndex === 0);
    const next = (now + step + tabs.length) % tabs.length;
    choose(next);
    tabs[next].focus();
  });
  group.prepend(list);
  choose(0);
}
