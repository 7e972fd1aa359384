// A chat's page: what is written goes out at once, or when the connection is back; what is new comes by a stream, or by asking.
import { keptText, keepText } from "./draft.js";

const ASK_EVERY_MS = 3000;
const STREAM_AGAIN_MS = 60000;
const SEND_AGAIN_MS = 3000;
const TYPING_EVERY_MS = 4000;
const TYPING_ENDS_MS = 6000;
const TYPING_SHOWN_MS = 9000;
const HERE_EVERY_MS = 20000;
// So many failures of the stream in a row before it is asked instead.
const FAILURES = 2;

const chat = document.querySelector("[data-chat]");
const part = (name) => chat.querySelector(`[data-${name}]`);
const log = part("log");
const scroller = part("scroll");
const form = part("form");
const box = form?.querySelector("textarea");
const outboxName = `chat-${chat.dataset.chat}`;
const json = { headers: { Accept: "application/json" } };
const title = document.title;

let newest = Number(chat.dataset.newest);
let read = 0;
let unseen = 0;
let csrf = chat.querySelector("[name=csrf_token]").value;
// What has not reached the server yet: [{ key, text }], kept in the browser so that a reload loses nothing.
let outbox = keptOutbox();
let isSending = false;
let typingShown;
let isOpen = Boolean(chat.dataset.open);

function keptOutbox() {
  try {
    const kept = JSON.parse(keptText(outboxName) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

const keepOutbox = () => keepText(outboxName, outbox.length ? JSON.stringify(outbox) : "");

const post = (address, values) =>
  fetch(address, { method: "POST", body: new URLSearchParams({ csrf_token: csrf, ...values }), ...json });

function note(words) {
  const place = part("note");
  place.textContent = words;
  place.hidden = !words;
}

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
const toTheEnd = () => {
  scroller.scrollTop = scroller.scrollHeight;
};

// The keyboard of a phone takes half of the page: what was said last stays in sight.
function stayAtTheEnd() {
  let wasAtEnd = true;
  scroller.addEventListener("scroll", () => {
    wasAtEnd = isAtEnd();
  });
  new ResizeObserver(() => wasAtEnd && toTheEnd()).observe(scroller);
}

// ---- what is new

let isAsking = false;
let askAgain = false;

async function refresh() {
  if (isAsking) {
    askAgain = true;
    return false;
  }
  isAsking = true;
  try {
    const answer = await fetch(`${chat.dataset.stateUrl}?after=${newest}`, json);
    if (!answer.ok || answer.redirected) return false;
    show(await answer.json());
    return true;
  } catch {
    return false;
  } finally {
    isAsking = false;
    if (askAgain) {
      askAgain = false;
      refresh();
    }
  }
}

function show(state) {
  csrf = state.csrf;
  const stays = isAtEnd();
  const fresh = new DOMParser().parseFromString(`<ol>${state.html}</ol>`, "text/html").querySelectorAll("[data-message]");
  let ours = 0;
  for (const said of fresh) {
    if (log.querySelector(`[data-message="${said.dataset.message}"]`)) continue;
    // What waits to be sent stands last.
    log.insertBefore(said, log.querySelector("[data-key]"));
    if (said.matches(".chat__said--ours")) ours += 1;
  }
  newest = Math.max(newest, state.newest);
  for (const said of log.querySelectorAll(".chat__said--own[data-message]")) {
    if (Number(said.dataset.message) <= state.read) said.querySelector("[data-state]").textContent = chat.dataset.read;
  }
  if (part("status").textContent !== state.status) {
    say(part("status"), state.status);
    // What the place in line says is to be true at the same moment.
    part("waiting")?.querySelector("[data-place] [hx-get]")?.dispatchEvent(new Event("chatchanged"));
  }
  showTyping(state.open ? state.typing : "");
  if (!state.open && isOpen) showEnd();
  isOpen = state.open;
  part("ended").hidden = state.open;
  part("end").hidden = !state.open;
  if (state.answered || !state.open) {
    part("waiting")?.remove();
    part("suggestions").hidden = true;
  }
  if (fresh.length && stays) toTheEnd();
  if (ours && document.hidden) {
    unseen += ours;
    document.title = `(${unseen}) ${title}`;
  }
  tellRead();
}

// What is asked and offered at the end, as a new load of the page would show it.
async function showEnd() {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.querySelector("[data-ended]");
    if (fresh) part("ended").innerHTML = fresh.innerHTML;
  } catch {
    // The next load shows it.
  }
}

// Read aloud only where it says something new.
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

function showTyping(words) {
  clearTimeout(typingShown);
  say(part("typing"), words);
  if (words) typingShown = setTimeout(() => say(part("typing"), ""), TYPING_SHOWN_MS);
}

function listen() {
  if (!("EventSource" in window)) return ask(Infinity);
  const source = new EventSource(chat.dataset.liveUrl);
  let failures = 0;
  source.addEventListener("connected", () => {
    failures = 0;
    // What happened in between is not known.
    refresh();
    flush();
  });
  source.addEventListener("change", () => refresh());
  source.addEventListener("error", () => {
    failures += 1;
    if (failures < FAILURES && source.readyState !== EventSource.CLOSED) return;
    source.close();
    ask(performance.now() + STREAM_AGAIN_MS);
  });
}

async function ask(until) {
  if (await refresh()) flush();
  if (performance.now() > until) listen();
  else setTimeout(() => ask(until), ASK_EVERY_MS);
}

// ---- what is written

const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

function showWaiting({ key, text }) {
  const said = document.createElement("li");
  said.className = "chat__said chat__said--own chat__said--waiting";
  said.dataset.key = key;
  for (const [name, words] of [["who", chat.dataset.you], ["text", text], ["state", chat.dataset.sending]]) {
    const line = document.createElement("p");
    line.className = `chat__${name}`;
    line.textContent = words;
    if (name === "text") line.dir = "auto";
    said.append(line);
  }
  log.append(said);
}

async function flush() {
  if (isSending || !outbox.length) return;
  isSending = true;
  try {
    while (outbox.length) if (!(await sendFirst())) break;
  } finally {
    isSending = false;
  }
  if (outbox.length) setTimeout(flush, SEND_AGAIN_MS);
}

// Whether the next may follow. Sent again under its key a message is stored once.
async function sendFirst() {
  const { key, text } = outbox[0];
  let answer;
  try {
    answer = await post(form.action, { key, text });
  } catch {
    answer = null;
  }
  if (answer?.status === 400) {
    // The session is another one than the page's: its token is asked for.
    await refresh();
    answer = await post(form.action, { key, text }).catch(() => null);
  }
  const waiting = log.querySelector(`[data-key="${key}"]`);
  if (answer?.ok && !answer.redirected) {
    const told = await answer.json().catch(() => ({}));
    outbox = outbox.filter((one) => one.key !== key);
    keepOutbox();
    note(told.masked?.length ? chat.dataset.masked : "");
    await refresh();
    waiting?.remove();
    return true;
  }
  if (answer && answer.status >= 400 && answer.status < 500 && ![400, 408, 425, 429].includes(answer.status)) {
    // It will never be taken: back into the box with it.
    outbox = outbox.filter((one) => one.key !== key);
    keepOutbox();
    waiting?.remove();
    if (!box.value) box.value = text;
    note((await answer.json().catch(() => ({}))).detail || chat.dataset.notTaken);
    return true;
  }
  note(chat.dataset.offline);
  return false;
}

function writeOnSubmit() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    const message = { key: newKey(), text };
    outbox.push(message);
    keepOutbox();
    showWaiting(message);
    box.value = "";
    keepText(`${outboxName}-text`, "");
    typedAt = -TYPING_ENDS_MS;
    saidTyping = false;
    toTheEnd();
    box.focus();
    flush();
  });
  // Enter sends, as in every chat; with Shift it begins a new line. While an input method composes it does neither.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.value ||= keptText(`${outboxName}-text`);
  box.addEventListener("input", () => keepText(`${outboxName}-text`, box.value));
}

// ---- that one is here, types and has read

let typedAt = -TYPING_ENDS_MS;
let saidTyping = false;
let saidAt = -TYPING_EVERY_MS;

const tell = (typing) => post(chat.dataset.presenceUrl, { typing: typing ? "1" : "0", read: String(read) }).catch(() => {});

function tellRead() {
  if (document.hidden || newest <= read) return;
  read = newest;
  tell(saidTyping);
}

function tellTyping() {
  box.addEventListener("input", (event) => {
    typedAt = event.timeStamp;
    if (saidTyping && event.timeStamp - saidAt < TYPING_EVERY_MS) return;
    saidTyping = true;
    saidAt = event.timeStamp;
    tell(true);
  });
  setInterval(() => {
    if (!saidTyping || performance.now() - typedAt < TYPING_ENDS_MS) return;
    saidTyping = false;
    tell(false);
  }, 1000);
}

async function suggest() {
  if (chat.dataset.answered || !chat.dataset.open) return;
  try {
    const answer = await fetch(chat.dataset.suggestionsUrl, { headers: { "HX-Request": "true" } });
    if (answer.status !== 200) return;
    const place = part("suggestions");
    place.innerHTML = await answer.text();
    place.hidden = false;
  } catch {
    // They were only an offer.
  }
}

outbox.forEach(showWaiting);
toTheEnd();
stayAtTheEnd();
if (form) {
  writeOnSubmit();
  tellTyping();
}
tellRead();
setInterval(() => document.hidden || tell(saidTyping), HERE_EVERY_MS);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
  refresh();
});
window.addEventListener("online", () => refresh().then(flush));
listen();
flush();
suggest();
