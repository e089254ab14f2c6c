/**
 * Leave quickly: the page goes blank at once, then a neutral page takes its place, so that Back does not return here.
 * Without this module the control is a plain link.
 */

const PRESSES = 3;
const WITHIN_MS = 2000;

/** @param {string} url */
function leave(url) {
  document.body.classList.add("vt-blank");
  document.title = "";
  window.location.replace(url);
}

/** Listen to the control and to Shift pressed three times with nothing between. */
export function watchLeaving() {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-leave]"));
  if (!link) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link.href);
  });

  /** @type {number[]} */
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      presses = [];
      return;
    }
    const present = event.timeStamp;
    presses = [...presses.filter((moment) => present - moment < WITHIN_MS), present];
    if (presses.length >= PRESSES) leave(link.href);
  });

  // Back from the neutral page may show a kept copy: ask the server again instead.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.classList.contains("vt-blank")) window.location.reload();
  });
}
