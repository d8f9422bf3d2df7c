// Passkeys: a form with data-passkey asks the authenticator before it is sent. Without this script, or in a browser
// without passkeys, these forms stay hidden and the forms for codes beside them do the work.
"use strict";
(() => {
  const bytesOf = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

  const textOf = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const known = (list) => (list || []).map((one) => ({ ...one, id: bytesOf(one.id) }));

  const make = async (options) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        user: { ...options.user, id: bytesOf(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    });
    const response = made.response;
    return {
      attestationObject: textOf(response.attestationObject),
      clientDataJSON: textOf(response.clientDataJSON),
      transports: response.getTransports ? response.getTransports() : [],
      made,
    };
  };

  const show = async (options) => {
    const made = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    });
    const response = made.response;
    return {
      authenticatorData: textOf(response.authenticatorData),
      clientDataJSON: textOf(response.clientDataJSON),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
      made,
    };
  };

  const optionsFor = async (form) => {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value,
        Accept: "application/json",
      },
    });
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (!answer.ok || !isJson) throw new Error("options");
    return answer.json();
  };

  const tell = (form, text) => {
    const place = form.querySelector("[data-passkey-trouble]");
    place.textContent = text;
    place.hidden = !text;
  };

  const TROUBLE = {
    NotAllowedError: "Nothing was chosen, or the time was over. Try again.",
    InvalidStateError: "This device has a passkey for your account already. Use that one.",
    SecurityError: "Passkeys work only at the portal's own address. Check the address of this page.",
    NotSupportedError: "This device cannot make a passkey that checks who you are. Use another one.",
  };

  const ask = async (form) => {
    tell(form, "");
    const isNew = form.dataset.passkey === "make";
    const { made, ...response } = await (isNew ? make : show)(await optionsFor(form));
    form.elements.namedItem("answer").value = JSON.stringify({
      id: made.id,
      rawId: textOf(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment,
      clientExtensionResults: {},
      response,
    });
    form.submit();
  };

  const prepare = (form) => {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector("button[type=submit]");
      button.disabled = true;
      ask(form).catch((error) => {
        button.disabled = false;
        tell(form, TROUBLE[error.name] || "That did not work. Reload the page and try again.");
        button.focus();
      });
    });
  };

  addEventListener("DOMContentLoaded", () => {
    if (!window.PublicKeyCredential) return;
    document.querySelectorAll("form[data-passkey]").forEach(prepare);
  });
})();
