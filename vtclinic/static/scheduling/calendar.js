/**
 * Dragging a session to another open time, by mouse or by a long touch. It ends on the page that checks the move.
 * Nothing needs it: each session has a link to a form, which the keyboard reaches.
 */

const STIR = 6;
const HOLD = 400;

/** @typedef {{slot: string, day: string, at: number, rows: number, time: string, words: string}} Time */

const board = /** @type {HTMLElement | null} */ (document.querySelector("[data-calendar]"));
const says = document.querySelector("[data-calendar-says]");

/** @type {{item: HTMLElement, x: number, y: number, touch: boolean, timer: number, going: boolean, targets: HTMLElement[], chosen: HTMLElement | null} | null} */
let drag = null;

/** Tell people who cannot see it. @param {string} words */
function say(words) {
  if (says) says.textContent = words;
}

/** @param {Time} time @returns {HTMLElement | null} */
function target(time) {
  const list = board?.querySelector(`[data-day="${CSS.escape(time.day)}"] .vt-cal-body`);
  const row = (time.at - Number(board?.dataset.first)) / 5 + 1;
  if (!list || row < 1) return null;
  const made = document.createElement("div");
  made.className = `vt-cal-target r${row} n${time.rows}`;
  made.textContent = time.time;
  made.dataset.slot = time.slot;
  made.dataset.words = time.words;
  list.append(made);
  return made;
}

/** Mark the open times of the days shown. */
async function begin() {
  const mine = drag;
  if (!mine || !board) return;
  mine.going = true;
  mine.item.classList.add("is-dragged");
  board.classList.add("is-moving");
  const days = [...board.querySelectorAll("[data-day]")].map((day) => /** @type {HTMLElement} */ (day).dataset.day);
  const query = new URLSearchParams({ first: days[0] ?? "", last: days[days.length - 1] ?? "" });
  try {
    const answer = await fetch(`${mine.item.dataset.move}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no times");
    const { times } = await answer.json();
    if (drag !== mine) return;
    mine.targets = times.map(target).filter(Boolean);
    say((mine.targets.length ? board.dataset.hint : board.dataset.none) ?? "");
  } catch {
    if (drag === mine) finish(false);
  }
}

/** Choose the time whose middle is nearest, within the day under the pointer. @param {number} x @param {number} y */
function choose(x, y) {
  if (!drag) return;
  const near = drag.targets
    .map((each) => ({ each, box: each.getBoundingClientRect() }))
    .filter(({ box }) => x >= box.left && x <= box.right)
    .map(({ each, box }) => ({ each, off: Math.abs((box.top + box.bottom) / 2 - y), reach: box.height }))
    .sort((one, other) => one.off - other.off)[0];
  const found = near && near.off <= near.reach ? near.each : null;
  if (found === drag.chosen) return;
  drag.chosen?.classList.remove("is-chosen");
  found?.classList.add("is-chosen");
  drag.chosen = found;
  if (found) say(found.dataset.words ?? "");
}

/** @param {boolean} go whether to go on to the page that checks the move */
function finish(go) {
  const done = drag;
  drag = null;
  if (!done) return;
  clearTimeout(done.timer);
  done.item.classList.remove("is-dragged");
  board?.classList.remove("is-moving");
  done.targets.forEach((each) => each.remove());
  if (go && done.chosen) {
    const slot = encodeURIComponent(done.chosen.dataset.slot ?? "");
    location.assign(`${done.item.dataset.check}?slot=${slot}`);
  }
}

board?.addEventListener("pointerdown", (event) => {
  const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-move]"));
  if (!item || event.button !== 0 || drag || getComputedStyle(board).display !== "grid") return;
  const touch = event.pointerType === "touch";
  drag = { item, x: event.clientX, y: event.clientY, touch, timer: 0, going: false, targets: [], chosen: null };
  // A finger that moves at once scrolls; one that rests takes the session.
  if (touch) drag.timer = window.setTimeout(begin, HOLD);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const stirred = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > STIR;
  if (!drag.going && stirred) {
    if (drag.touch) return finish(false);
    begin();
  }
  if (drag.going) choose(event.clientX, event.clientY);
});

document.addEventListener("pointerup", () => {
  if (!drag?.going) return finish(false);
  // The click that follows would open the session.
  const swallow = new AbortController();
  document.addEventListener("click", (event) => event.preventDefault(), { capture: true, signal: swallow.signal });
  setTimeout(() => swallow.abort());
  finish(true);
});
document.addEventListener("pointercancel", () => finish(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && finish(false));
board?.addEventListener("dragstart", (event) => event.preventDefault());
board?.addEventListener("touchmove", (event) => drag?.going && event.preventDefault(), { passive: false });
board?.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
