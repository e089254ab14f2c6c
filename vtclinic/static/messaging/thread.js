/**
 * A thread's live half. The page works without it; with it, messages arrive and leave without a reload.
 * What is being sent is kept until the server acknowledges it, and is sent again with the same id after a lost connection.
 */
import { io } from "../vendor/socket.io.esm.min.js";

const ACK_MS = 8000;
const DRAFT_MS = 1500;
const log = document.querySelector("[data-thread]");
const form = document.querySelector("#write");
const thread = log.dataset.thread;
let last = Number(log.dataset.last);
let fetching = false;
let again = false;

/** Fetch and show the messages after the last one shown. */
async function catchUp() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    do {
      again = false;
      const answer = await fetch(log.dataset.since.replace(/0$/, String(last)), { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      show(await answer.text());
    } while (again);
  } catch {
    // Nobody answers: the next connection catches up.
  } finally {
    fetching = false;
  }
}

/** @param {string} html bubbles made by the server */
function show(html) {
  const part = document.createElement("template");
  part.innerHTML = html;
  const fresh = [...part.content.querySelectorAll("[data-seq]")].filter((one) => Number(one.dataset.seq) > last);
  if (!fresh.length) return;
  log.querySelector("[data-empty]")?.remove();
  log.querySelector("#latest")?.removeAttribute("id");
  for (const bubble of fresh) {
    const day = bubble.previousElementSibling;
    if (day?.dataset.day && !log.querySelector(`[data-day="${day.dataset.day}"]`)) log.append(day);
    log.append(bubble);
    last = Number(bubble.dataset.seq);
  }
  log.dataset.last = String(last);
  log.lastElementChild.scrollIntoView({ block: "nearest" });
}

const socket = io({ transports: ["websocket", "polling"] });
socket.on("connect", () => { catchUp(); flush(); });
socket.on("message.new", (news) => { if (news.thread === thread && news.seq > last) catchUp(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) catchUp(); });

/** @type {{thread: string, body: string, client_id: string} | null} the message under way */
let underWay = null;

if (form) {
  const field = form.elements.body;
  const status = form.querySelector("#saved");
  const say = (words) => { status.textContent = words; };
  say(status.querySelector("button") ? status.dataset.auto : status.textContent);

  form.addEventListener("submit", (event) => {
    if (!socket.connected || underWay) { if (underWay) event.preventDefault(); return; }
    if (!field.value.trim()) return;
    event.preventDefault();
    underWay = { thread, body: field.value, client_id: form.elements.client_id.value };
    field.readOnly = true;
    say(status.dataset.waiting);
    flush();
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });

  let timer = 0;
  const keep = async () => {
    try {
      const answer = await fetch(form.dataset.keptAt, { method: "POST", body: new FormData(form) });
      if (answer.ok && !underWay) say((await answer.text()).trim());
    } catch {
      timer = setTimeout(keep, ACK_MS);
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, DRAFT_MS);
  });
  form.addEventListener("submit", () => clearTimeout(timer));

  /** The server has it: clear the field and make a new id for the next one. */
  const done = () => {
    underWay = null;
    field.value = "";
    field.readOnly = false;
    form.elements.client_id.value = newId();
    say(status.dataset.auto);
    catchUp();
    field.focus();
  };

  /** @param {string} words why it was refused; the text stays in the field */
  const refused = (words) => { underWay = null; field.readOnly = false; say(words); };

  form.addEventListener("vt:acknowledged", (event) => (event.detail.ok ? done() : refused(event.detail.message)));
  form.addEventListener("vt:kept", () => say(status.dataset.kept));
}

/** Send what is under way; a missing acknowledgement is tried again with the same id. */
function flush() {
  if (!underWay || !socket.connected) return;
  const mine = underWay;
  socket.timeout(ACK_MS).emit("message.send", mine, (error, answer) => {
    if (underWay !== mine) return;
    if (error) { form.dispatchEvent(new Event("vt:kept")); setTimeout(flush, ACK_MS); return; }
    form.dispatchEvent(new CustomEvent("vt:acknowledged", { detail: answer }));
  });
}

/** @returns {string} a random id of 16 letters and digits */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
