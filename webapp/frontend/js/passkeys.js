// Passkeys (WebAuthn): a form marked with data-passkey asks the device first and then sends its answer as any other field. The page
// holds what to ask; nothing is fetched. Forms stay hidden where a browser cannot do it.
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function optionsOf(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytesOf(options.challenge);
  if (options.user) options.user.id = bytesOf(options.user.id);
  for (const key of ["allowCredentials", "excludeCredentials"]) {
    options[key] = (options[key] ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));
  }
  return options;
}

// As PublicKeyCredential.toJSON(), which not every browser has yet.
function answerOf(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const encoded = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, textOf(response[part])]));
  if (response.getTransports) encoded.transports = response.getTransports();
  const attachment = credential.authenticatorAttachment;
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: encoded,
    clientExtensionResults: {},
    ...(attachment ? { authenticatorAttachment: attachment } : {}),
  });
}

// Only one question can be open; the one that waits in the field of the address gives way.
let waiting;

async function ask(form, mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const publicKey = optionsOf(form);
  const { signal } = waiting;
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey, signal })
      : await navigator.credentials.get({ publicKey, signal, ...(mediation ? { mediation } : {}) });
  form.elements.credential.value = answerOf(credential);
  form.submit();
}

function prepare(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      await ask(form);
    } catch {
      failed.hidden = false;
    }
  });
}

// Passkeys stand among the addresses that the browser offers in the field.
async function offerInField(form) {
  if (!document.querySelector("input[autocomplete~=webauthn]")) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  ask(form, "conditional").catch(() => {});
}

if (window.PublicKeyCredential) {
  for (const note of document.querySelectorAll("[data-passkey-none]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
  const login = document.querySelector("form[data-passkey=get]");
  if (login) offerInField(login);
}
