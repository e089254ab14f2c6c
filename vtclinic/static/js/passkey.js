/**
 * Passkeys: shows the forms marked `data-passkey` where the browser can do it, and fills them in before they are sent.
 * The browser's answer goes with the form, so what follows is a page like any other.
 */

const library = window.SimpleWebAuthnBrowser;

/** @param {HTMLFormElement} form */
async function fetchOptions(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": form.elements.csrf_token.value, Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** @param {HTMLFormElement} form */
async function fill(form) {
  const { challenge, options } = await fetchOptions(form);
  const optionsJSON = JSON.parse(options);
  const run = form.dataset.passkey === "create" ? library.startRegistration : library.startAuthentication;
  const proof = await run({ optionsJSON });
  form.elements.challenge.value = challenge;
  form.elements.answer.value = JSON.stringify(proof);
}

/** @param {HTMLFormElement} form */
function watch(form) {
  const says = /** @type {HTMLElement} */ (form.querySelector("[data-says]"));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    says.hidden = true;
    try {
      await fill(form);
      form.requestSubmit();
    } catch {
      says.hidden = false;
    }
  });
}

if (library?.browserSupportsWebAuthn()) {
  for (const form of document.querySelectorAll("form[data-passkey]")) watch(form);
  for (const line of document.querySelectorAll("[data-no-passkeys]")) line.hidden = true;
}
