// Handing text over: into the composer of the page where there is one, else to the clipboard. The event `desk:insert` is described at
// the top of templates/macros/desk.html.
import { phrase, say } from "./toast.js";

const WARNED_FOR_MS = 5000;
const AS = { t: "text", m: "markdown", l: "link" };

export const hasComposer = () => document.querySelector("[data-composer]") !== null;

export function handOverOnClick(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) press(button);
    const send = event.target.closest("[data-send]");
    if (send) handOverByKey(send.closest("[data-tools]"), "t", { send: true });
  });
}

// The form of the sheet for "t", "m" or "l"; `send`: at once. False where there is no such form.
export function handOverByKey(sheet, key, { send = false } = {}) {
  const button = sheet?.querySelector(`[data-copy-key="${key}"]`);
  if (!button) return false;
  press(button, send);
  return true;
}

function press(button, send = false) {
  const tools = button.closest("[data-tools]");
  const as = AS[button.dataset.copyKey] ?? button.dataset.copyAs ?? "text";
  handOver(button.dataset.copy, { as, send, tools, from: button, confirmedBy: button });
}

// `tools`: those of the sheet, which know its document; `confirmedBy`: the element that has to be pressed twice where it warns.
export async function handOver(insert, { as, send = false, tools, from, confirmedBy }) {
  // Nothing internal goes out in one step, however often one presses.
  if (send && confirmedBy.dataset.copyWarning) {
    say(phrase("notSent"));
    return;
  }
  if (confirmedBy.dataset.copyWarning && !confirmedBy.classList.contains("button--warned")) {
    warn(confirmedBy);
    return;
  }
  if (offer(insert, as, send, tools, from)) {
    report(tools);
  } else if (send) {
    say(phrase("noComposer"));
  } else if (await write(insert)) {
    say(phrase("copied"));
    report(tools);
  } else {
    say(phrase("failed"));
  }
}

// Whether a composer took it.
function offer(insert, as, send, tools, from) {
  const form = (key) => tools?.querySelector(`[data-copy-key="${key}"]`)?.dataset.copy ?? "";
  const hit = from.closest("[data-document]");
  const detail = {
    insert,
    as,
    send,
    text: form("t"),
    markdown: form("m"),
    link: form("l"),
    document: tools?.dataset.document ?? hit?.dataset.document ?? "",
    language: tools?.dataset.language ?? hit?.lang ?? "",
    search: tools?.dataset.search ?? "",
  };
  return !from.dispatchEvent(new CustomEvent("desk:insert", { bubbles: true, cancelable: true, detail }));
}

// What is internal needs a second press, so that it does not get into a conversation by habit.
function warn(element) {
  const name = element.querySelector("[data-copy-name]");
  const before = name?.textContent;
  element.classList.add("button--warned");
  if (name) name.textContent = element.dataset.copyWarning;
  say(element.dataset.copyWarning);
  setTimeout(() => {
    element.classList.remove("button--warned");
    if (name) name.textContent = before;
  }, WARNED_FOR_MS);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text);
  }
}

function writeBySelection(text) {
  const active = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  active?.focus?.();
  return done;
}

// Tell the server that the answer was used. Nothing waits for it and nothing breaks without it.
function report(tools) {
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (!tools || !token) return;
  const body = new URLSearchParams({
    csrf_token: token,
    kind: "copied",
    document: tools.dataset.document,
    s: tools.dataset.search,
    wanted: tools.dataset.wanted ?? "",
  });
  // A language that was missing is told once for each time that the article is opened.
  delete tools.dataset.wanted;
  fetch(tools.dataset.feedbackUrl, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
}
