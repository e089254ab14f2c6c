/** Keep the list of news fresh while it is open. The page works without this. */
import { io } from "../vendor/socket.io.esm.min.js";

let busy = false;
let again = false;

/** Fetch the page and take its list. */
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      const answer = await fetch(window.location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-news]");
      const shown = document.querySelector("[data-news]");
      // Whoever is about to press something is not interrupted.
      if (fresh && shown && !shown.contains(document.activeElement)) shown.replaceWith(fresh);
    } while (again);
  } catch {
    // Nobody answers: the next signal tries again.
  } finally {
    busy = false;
  }
}

const socket = io({ transports: ["websocket", "polling"] });
socket.on("news.changed", refresh);
socket.on("connect", refresh);
