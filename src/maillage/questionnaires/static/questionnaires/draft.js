// Saves a questionnaire's draft while it is typed. Without it, « Mettre à jour » and « Enregistrer le brouillon » do the
// same. The server alone judges what is relevant: here we only show what it answers. One request at a time, so that a
// page is never in conflict with itself.
(() => {
  "use strict";
  const PAUSE = 1500; // ms without a key before saving
  const RETRY = [3000, 6000, 12000, 30000, 60000];

  const start = (form) => {
    const box = form.querySelector("[data-questionnaire]");
    const status = form.querySelector("[data-draft-status]");
    if (!box || !status) return;
    const texts = box.dataset;
    let timer = null;
    let saving = null; // the request under way
    let dirty = false; // typed since the last request left
    let tries = 0;
    let stopped = false; // another device wrote: only a person can settle it
    let leaving = false;

    box.querySelectorAll("[data-without-scripts]").forEach((button) => {
      // Kept in place, first of the form: Enter still means « Mettre à jour ».
      button.classList.add("visually-hidden");
      button.tabIndex = -1;
      button.setAttribute("aria-hidden", "true");
    });

    const say = (text) => {
      if (status.textContent !== text) status.textContent = text;
    };

    const body = () => {
      const data = new FormData(form);
      data.delete("form_token"); // saving spends none
      data.set("do", "auto");
      return new URLSearchParams(data);
    };

    const show = (shown) => {
      Object.entries(shown).forEach(([name, relevant]) => {
        const item = box.querySelector(`[data-item="${CSS.escape(name)}"]`);
        if (item) item.hidden = !relevant;
      });
    };

    const plan = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(save, delay);
    };

    const again = () => {
      dirty = true;
      say(texts.textOffline);
      plan(RETRY[Math.min(tries, RETRY.length - 1)]);
      tries += 1;
    };

    const taken = async (response) => {
      if (response.status === 409) {
        stopped = true;
        say(texts.textConflict);
        return;
      }
      if (response.redirected || response.status === 401 || response.status === 403) {
        stopped = true;
        say(texts.textSignedOut);
        return;
      }
      if (response.status >= 500 || response.status === 429) {
        again();
        return;
      }
      const type = response.headers.get("Content-Type") || "";
      if (!response.ok || !type.includes("application/json")) {
        say(texts.textRefused);
        return;
      }
      const answer = await response.json();
      tries = 0;
      const version = form.elements.namedItem("version");
      if (version) version.value = answer.version;
      show(answer.shown);
      say(dirty ? texts.textSaving : answer.saved);
    };

    const save = () => {
      clearTimeout(timer);
      if (saving || stopped || leaving || !dirty) return;
      dirty = false;
      saving = fetch(form.dataset.draft || form.action, {
        method: "POST",
        body: body(),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      })
        .then(taken, again)
        .catch(again)
        .finally(() => {
          saving = null;
          if (dirty && tries === 0) plan(PAUSE);
        });
    };

    form.addEventListener("input", () => {
      dirty = true;
      if (tries === 0) plan(PAUSE);
    });

    form.addEventListener("change", (event) => {
      dirty = true;
      if ("drives" in event.target.dataset) plan(0);
    });

    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      clearTimeout(timer);
      if (!saving) {
        leaving = true;
        return;
      }
      // The page must carry the version of the save under way.
      event.preventDefault();
      const { submitter } = event;
      saving.finally(() => form.requestSubmit(submitter));
    });

    window.addEventListener("online", () => {
      if (dirty) plan(0);
    });
    window.addEventListener("pageshow", () => {
      leaving = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (dirty && !leaving) event.preventDefault();
    });
    // A phone that is put away may never come back to the page.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && dirty) save();
    });
  };

  document.querySelectorAll("form[data-draft]").forEach(start);
})();
