/** Small courtesies of forms; each form works as plain HTML without them. */

import { watchDrafts } from "./draft.js";

/** After a refused form, reading starts at what has to be corrected. */
function focusSummary() {
  const summary = /** @type {HTMLElement | null} */ (document.querySelector("[data-error-summary]"));
  summary?.focus();
}

/** A form is sent once: a second press while the first is on its way does nothing. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.classList.add("is-busy");
  });
  // The page may come back from the browser's memory, and the form must work again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

/** After a part of the page was replaced, reading goes on at its heading. */
function focusAfterSwap() {
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = /** @type {HTMLElement} */ (event.target);
    const place = /** @type {HTMLElement | null} */ (part.querySelector("[data-error-summary], [data-focus]"));
    place?.focus();
  });
}

/** "/" goes to the search field, when no field has the focus. */
function findKey() {
  document.addEventListener("keydown", (event) => {
    const field = /** @type {HTMLInputElement | null} */ (document.querySelector(".vt-find input"));
    const typing = /** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || !field || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field.focus();
  });
}

/** The number beside a slider follows it; without this it says what is in force. */
function showNumbers() {
  document.addEventListener("input", (event) => {
    const slider = /** @type {HTMLInputElement} */ (event.target);
    if (slider.type !== "range") return;
    for (const number of document.querySelectorAll(`output[for="${CSS.escape(slider.id)}"]`)) number.textContent = slider.value;
  });
}

export function watchForms() {
  focusSummary();
  sendOnce();
  focusAfterSwap();
  findKey();
  showNumbers();
  watchDrafts();
}
