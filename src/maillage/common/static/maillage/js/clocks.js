/* Keeps the words of clocks true between two readings of the server. Without it, each page says what was true when it
   was made, and the hour beside the words stays exact. The server's clock is the reference: a device set wrong
   must not turn a late step into an early one. */
(() => {
  "use strict";
  const SOON = 30;
  const words = document.body.dataset;
  if (!words.inWords) return;
  const server = Date.parse(words.now || "");
  const skew = Number.isNaN(server) ? 0 : server - Date.now();

  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  const span = (minutes) => {
    if (minutes < 60) return fill(words.minutesWords, { n: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours >= 24) return fill(words.daysWords, { n: Math.floor(hours / 24) });
    const rest = minutes % 60;
    if (!rest) return fill(words.hoursWords, { n: hours });
    return fill(words.bothWords, { hours, minutes: String(rest).padStart(2, "0") });
  };

  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  const tick = () => {
    const now = Date.now() + skew;
    for (const chip of document.querySelectorAll("[data-due]")) {
      const left = Date.parse(chip.dataset.due) - now;
      const minutes = Math.floor(Math.abs(left) / 60000);
      const state = left < 0 ? "late" : left <= SOON * 60000 ? "soon" : "calm";
      for (const name of ["calm", "soon", "late"]) chip.classList.toggle(`clock--${name}`, name === state);
      const said = minutes === 0 ? words.nowWords : fill(left < 0 ? words.lateWords : words.inWords, { span: span(minutes) });
      write(chip.querySelector("[data-clock-words]"), said);
    }
    for (const lasting of document.querySelectorAll("[data-since]")) {
      const minutes = Math.max(0, Math.floor((now - Date.parse(lasting.dataset.since)) / 60000));
      write(lasting.querySelector("[data-clock-words]"), span(minutes));
    }
  };

  tick();
  setInterval(tick, 10000);
  document.addEventListener("htmx:afterSwap", tick);
})();
