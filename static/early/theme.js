// A classic script in the head: the chosen theme must be there before the first paint.
(function () {
  try {
    var choice = localStorage.getItem("counterfoil:theme");
    if (choice === "light" || choice === "dark") {
      document.documentElement.dataset.theme = choice;
    }
  } catch (error) {
    // Storage is switched off: the system's own theme stays.
  }
})();
