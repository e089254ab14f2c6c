/**
 * Ask this browser for push, in the form marked `data-push`; the form then goes to the server like any other.
 * Shown only where the browser can do it.
 */

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-push]"));

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (mark) => mark.charCodeAt(0));
}

async function clinicKey() {
  const answer = await fetch(form.dataset.key, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": form.elements.csrf_token.value } });
  if (!answer.ok) throw new Error(String(answer.status));
  return bytes((await answer.text()).trim());
}

async function fill() {
  const [key, worker] = await Promise.all([clinicKey(), navigator.serviceWorker.register(form.dataset.worker)]);
  await navigator.serviceWorker.ready;
  const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
  form.elements.endpoint.value = made.endpoint;
  form.elements.p256dh.value = made.keys.p256dh;
  form.elements.auth.value = made.keys.auth;
}

if (form && "serviceWorker" in navigator && "PushManager" in window) {
  const says = /** @type {HTMLElement} */ (form.querySelector("[data-says]"));
  form.hidden = false;
  for (const line of document.querySelectorAll("[data-no-push]")) line.hidden = true;
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    says.hidden = true;
    try {
      await fill();
      form.requestSubmit();
    } catch {
      says.hidden = false;
    }
  });
}
