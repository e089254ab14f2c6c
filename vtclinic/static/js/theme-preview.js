/** Show colours, corners and words of the theme editor in its preview while they are chosen; saving is the form's own work. */

const preview = /** @type {HTMLElement | null} */ (document.querySelector("[data-vt-preview]"));

/** @param {string} mode */
function paint(mode) {
  for (const field of document.querySelectorAll(`input[data-token][data-mode="${mode}"]`)) {
    preview.style.setProperty(`--vt-${field.dataset.token}`, field.value);
    const written = field.parentElement?.querySelector("code");
    if (written) written.textContent = field.value;
  }
}

/** @param {string} choice "light", "dark" or "rtl" */
function show(choice) {
  const mode = choice === "dark" ? "dark" : "light";
  preview.dataset.bsTheme = mode;
  preview.dir = choice === "rtl" ? "rtl" : "ltr";
  paint(mode);
}

if (preview) {
  const chosen = () => document.querySelector("input[data-preview]:checked")?.value ?? "light";
  document.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.dataset.token || field.dataset.preview !== undefined) show(chosen());
    if (field.dataset.previewText) {
      for (const place of preview.querySelectorAll(`[data-text="${field.dataset.previewText}"]`)) place.textContent = field.value;
    }
  });
  show(chosen());
}
