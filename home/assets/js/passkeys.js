// Passkeys: signing in and adding one. Where the browser cannot, nothing of it is offered and the page says so.
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const can = window.isSecureContext && window.PublicKeyCredential && navigator.credentials && window.fetch;
  all("[data-passkey-absent]").forEach((node) => (node.hidden = !!can));
  if (!can) return;
  all("[data-passkey-present], [data-passkey]").forEach((node) => (node.hidden = false));

  // Older phones do not read and write WebAuthn's JSON by themselves.
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const ask = {
    get: (options) =>
      navigator.credentials.get({
        publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) },
      }),
    create: (options) =>
      navigator.credentials.create({
        publicKey: {
          ...options,
          challenge: bytes(options.challenge),
          user: { ...options.user, id: bytes(options.user.id) },
          excludeCredentials: known(options.excludeCredentials),
        },
      }),
  };
  const told = ({ id, rawId, type, response }) => {
    const said = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach((part) => {
      if (response[part]) said[part] = text(response[part]);
    });
    if (response.getTransports) said.transports = response.getTransports();
    return { id, rawId: text(rawId), type, response: said };
  };

  const begin = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    const answer = await fetch(form.dataset.begin, { method: "POST", headers });
    if (!answer.ok) throw new Error(answer.status);
    const begun = await answer.json();
    form.elements.ceremony_id.value = begun.ceremony_id;
    return begun.options;
  };

  all("form[data-passkey]").forEach((form) => {
    const button = form.querySelector("[data-passkey-start]");
    const status = form.querySelector("[data-passkey-status]");
    const words = JSON.parse(form.dataset.words);
    button.addEventListener("click", async () => {
      button.disabled = true;
      status.textContent = words.follow;
      try {
        const credential = await ask[form.dataset.passkey](await begin(form));
        form.elements.credential.value = JSON.stringify(told(credential));
        status.textContent = words.sending;
        form.submit();
      } catch (error) {
        status.textContent = words[error.name] || words.other;
        button.disabled = false;
      }
    });
  });
  window.addEventListener("pageshow", () => all("[data-passkey-start]").forEach((button) => (button.disabled = false)));
})();
