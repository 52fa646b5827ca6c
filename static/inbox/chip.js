/**
 * Something that goes out with the words and can be taken off again.
 *
 * @param {string} key
 * @param {string} name
 * @param {"done"|"busy"|"failed"} state
 */
export function chip(key, name, state) {
  const item = document.createElement("li");
  item.className = `upload is-${state}`;
  item.dataset.key = key;
  const words = document.createElement("span");
  words.className = "cut";
  words.textContent = name;
  item.append(words);
  const actions = state === "failed" ? ["retry", "remove"] : ["remove"];
  for (const action of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.action = action;
    button.textContent = action === "retry" ? "Try again" : "×";
    if (action === "remove") button.setAttribute("aria-label", `Remove ${name}`);
    item.append(button);
  }
  return item;
}
