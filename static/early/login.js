// Lets people see the password that they type.
(function () {
  var field = document.getElementById("id_password");
  var button = document.querySelector(".reveal");
  if (!field || !button) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    var isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    field.focus();
  });
})();
