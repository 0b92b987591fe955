// Leaving in one gesture: the page is blanked first, then its place in the history is taken by a neutral page.
// So that no other page of ours is left behind it, links and forms here never add to the history either.
// It listens as soon as it comes, before the page is whole: the way out is looked for when it is taken.
(() => {
  document.documentElement.dataset.scripts = "";
  const way = () => document.querySelector("[data-leave]");

  const leave = () => {
    const out = way()?.href ?? "about:blank";
    document.title = "";
    document.documentElement.replaceChildren();
    location.replace(out);
  };

  // Shift three times, alone: a capital letter is not a press. Escape is left to the browser and to screen readers.
  let presses = 0;
  let alone = false;
  let forgotten = 0;
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift";
    if (!alone) presses = 0;
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses += 1;
    clearTimeout(forgotten);
    forgotten = setTimeout(() => { presses = 0; }, 5000);
    if (presses === 3) leave();
  });

  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link === way()) {
      event.preventDefault();
      leave();
    } else if (link.origin === location.origin && !link.target) {
      event.preventDefault();
      location.replace(link.href);
    }
  });

  // A place is sent in the body, and the answer takes the place of this page.
  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-place]")) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        cache: "no-store",
      });
      if (answer.redirected) {
        location.replace(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.querySelector("[aria-invalid], .choices a, form input").focus();
    } catch {
      form.submit();
    }
  });
})();
