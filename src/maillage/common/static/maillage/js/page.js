/* Small comforts: the summary of errors takes the focus, a menu closes on Escape or a click elsewhere, what follows from
   answers keeps up with them, a form is sent once. Every screen works without them. */
(() => {
  "use strict";
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // Answers ticked before the scripts came, or put back by the browser: what follows from them is read again.
  window.addEventListener("pageshow", () => {
    const asked = document.getElementById("questions");
    if (!asked) return;
    const told = [...asked.querySelectorAll("input")].find((answer) => answer.checked !== answer.defaultChecked);
    if (told) told.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    // A page brought back from the browser's memory can be sent again; the server knows repeats by their token.
    setTimeout(() => delete form.dataset.sent, 4000);
  });
})();
