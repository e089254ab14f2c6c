/** Says in words whether a new password is long enough, and notes the reader's time zone when a form asks for it. */

for (const line of document.querySelectorAll("[data-password-words]")) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(line.dataset.passwordWords));
  const shortest = Number(field.dataset.shortest);
  field.addEventListener("input", () => {
    const length = [...field.value].length;
    line.hidden = length === 0;
    line.textContent = length < shortest ? line.dataset.short : length < shortest + 8 ? line.dataset.long : line.dataset.veryLong;
  });
}

for (const field of document.querySelectorAll("[data-timezone]")) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
