/* Passkeys (WebAuthn): asks the browser for one when its form is sent, and sends what it says. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-passkey]");
  const found = document.getElementById("passkey-options");
  if (!form || !found) return;
  const problem = form.querySelector("[data-passkey-problem]");
  const options = JSON.parse(found.textContent).publicKey;

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const described = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

  const create = () => navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const get = () => navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });

  const said = (credential) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const response = {};
    parts.forEach((name) => {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    });
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const why = (error) => {
    if (error.name === "InvalidStateError") return "That device holds a passkey of yours already.";
    if (error.name === "SecurityError") return "A passkey needs this page under its name and https, not a number.";
    return "No passkey was given. Try again, or use a code.";
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      if (!window.PublicKeyCredential) throw new DOMException("", "SecurityError");
      form.querySelector("[data-passkey-said]").value = said(await (form.dataset.passkey === "create" ? create() : get()));
      form.submit();
    } catch (error) {
      problem.textContent = why(error);
    }
  });
})();
