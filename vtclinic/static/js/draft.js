/**
 * Keep what was typed into a form marked `data-draft` on this device until it is sent.
 * Only for forms without clinical words (set-up, opening hours): those of patients are kept on the server.
 */

const LIFE_MS = 24 * 60 * 60 * 1000;
const PRIVATE = new Set(["password", "file", "hidden", "submit", "button"]);

/** @param {HTMLFormElement} form */
function fields(form) {
  return [...form.elements].filter((field) => field.name && !PRIVATE.has(field.type) && field.autocomplete !== "one-time-code");
}

/** @param {HTMLFormElement} form */
function nameOf(form) {
  return `vt-draft:${window.location.pathname}:${form.dataset.draft}`;
}

/** @param {HTMLFormElement} form */
function save(form) {
  const values = fields(form).map((field) => [field.name, field.value, field.checked ?? null]);
  localStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), values }));
}

/** @param {HTMLFormElement} form */
function restore(form) {
  const kept = JSON.parse(localStorage.getItem(nameOf(form)) ?? "null");
  if (!kept || Date.now() - kept.at > LIFE_MS) return localStorage.removeItem(nameOf(form));
  for (const [name, value, checked] of kept.values) {
    for (const field of fields(form).filter((one) => one.name === name)) {
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.value === value) field.checked = checked;
      } else if (!field.value) field.value = value;
    }
  }
}

export function watchDrafts() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    try {
      restore(form);
      form.addEventListener("input", () => save(form));
      form.addEventListener("submit", () => localStorage.removeItem(nameOf(form)));
    } catch {
      // A browser that keeps nothing: the form still works.
    }
  }
}
