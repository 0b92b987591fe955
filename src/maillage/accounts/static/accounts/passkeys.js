// Passkeys. A form with data-passkey is shown only where the browser has them, and posts what the key answered.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !window.webauthnJSON) return;

  const ask = {
    create: (form) => window.webauthnJSON.create(JSON.parse(form.dataset.options)),
    get: (form) => window.webauthnJSON.get(JSON.parse(form.dataset.options)),
    "sign-in": async (form) => {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      return window.webauthnJSON.get((await answer.json()).request_options);
    },
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form.dataset.passkey !== "sign-in" && !form.dataset.options) continue;
    form.hidden = false;
    const problem = form.querySelector("[data-passkey-error]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask[form.dataset.passkey](form));
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
})();
