// Copying: the Clipboard API where the browser grants it, else the old way through a selection.
import { phrase, say } from "./toast.js";

const WARNED_FOR_MS = 5000;

export function copyOnClick(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copyFrom(button);
  });
}

// Press the button of the sheet for "t", "m" or "l"; false where there is none.
export function copyByKey(sheet, key) {
  const button = sheet?.querySelector(`[data-copy-key="${key}"]`);
  if (!button) return false;
  button.click();
  return true;
}

async function copyFrom(button) {
  if (button.dataset.copyWarning && !button.classList.contains("button--warned")) {
    warn(button);
    return;
  }
  if (await write(button.dataset.copy)) {
    say(phrase("copied"));
    report(button.closest("[data-tools]"));
  } else {
    say(phrase("failed"));
  }
}

// What is internal needs a second press, so that it is not pasted into a conversation by habit.
function warn(button) {
  const name = button.querySelector("[data-copy-name]");
  const before = name.textContent;
  button.classList.add("button--warned");
  name.textContent = button.dataset.copyWarning;
  say(button.dataset.copyWarning);
  setTimeout(() => {
    button.classList.remove("button--warned");
    name.textContent = before;
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
  });
  fetch(tools.dataset.feedbackUrl, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
}
