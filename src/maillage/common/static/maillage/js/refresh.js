/* A page that keeps itself up to date says so when it no longer can. The fragment is asked for every 15 s by htmx with
   X-Maillage-Refresh: 1, which never extends the session. */
(() => {
  "use strict";
  const banner = document.querySelector("[data-lost]");
  if (!banner) return;
  const words = banner.querySelector("[data-lost-words]");
  const signIn = banner.querySelector("[data-lost-sign-in]");

  const say = (text, ended) => {
    if (words.textContent !== text) words.textContent = text;
    signIn.hidden = !ended;
    banner.hidden = false;
  };
  const lost = () => say(banner.dataset.lost, false);
  const ended = () => say(banner.dataset.ended, true);
  const refreshes = (event) => event.detail.elt && event.detail.elt.hasAttribute("data-refresh");

  document.addEventListener("htmx:sendError", (event) => refreshes(event) && lost());
  document.addEventListener("htmx:timeout", (event) => refreshes(event) && lost());
  document.addEventListener("htmx:responseError", (event) => {
    if (!refreshes(event)) return;
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) ended();
    else lost();
  });
  // What the hand was on survives the swap: the focus, and what was folded open.
  const name = (element) => {
    if (!element) return "";
    const form = element.closest("form");
    return [element.tagName, element.getAttribute("href"), element.value, form && form.getAttribute("action")].join(" ");
  };
  let loaded = Date.now();
  let focused = "";
  let open = [];

  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.detail.target;
    for (const id of open) {
      const folded = document.getElementById(id);
      if (folded) folded.open = true;
    }
    if (!focused) return;
    const again = [...part.querySelectorAll("a, button, summary")].find((element) => name(element) === focused);
    if (again) again.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!refreshes(event)) return;
    // Sent to the sign-in page: keep what is on screen, say why it no longer moves.
    const whole = event.detail.xhr.responseText.includes("<!doctype html>");
    if (whole) {
      event.detail.shouldSwap = false;
      ended();
    } else if (event.detail.shouldSwap) {
      const part = event.detail.target;
      focused = part.contains(document.activeElement) ? name(document.activeElement) : "";
      open = [...part.querySelectorAll("details[open][id]")].map((element) => element.id);
      banner.hidden = true;
      loaded = Date.now();
    }
  });
  // A device that slept, a timer that stopped: silence is said too.
  setInterval(() => {
    if (Date.now() - loaded > 60000 && banner.hidden) lost();
  }, 5000);
  window.addEventListener("offline", lost);
  window.addEventListener("online", () => {
    const part = document.querySelector("[data-refresh]");
    if (part && window.htmx) window.htmx.trigger(part, "refresh");
  });
  document.addEventListener("visibilitychange", () => {
    const part = document.querySelector("[data-refresh]");
    if (!document.hidden && part && window.htmx) window.htmx.trigger(part, "refresh");
  });
})();
