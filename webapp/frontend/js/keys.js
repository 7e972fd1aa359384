// The desk without a mouse. Single letters do nothing while one types; which there are is written in templates/desk/_keys.html.
import { flagByKey } from "./flagging.js";
import { handOverByKey } from "./insert.js";
import { pinByKey } from "./pins.js";
import { quoteByKey, startQuoting } from "./quoting.js";
import { moveHit } from "./results.js";

const typing = (element) => element.matches?.("input, textarea, select, [contenteditable]");

// `sheetOf(target)`: what is read, once it is there; a promise.
export function listenToKeys({ box, results, sheetOf }) {
  const letters = {
    t: (sheet) => handOverByKey(sheet, "t"),
    m: (sheet) => handOverByKey(sheet, "m"),
    l: (sheet) => handOverByKey(sheet, "l"),
    s: (sheet) => handOverByKey(sheet, "t", { send: true }),
    q: startQuoting,
    p: pinByKey,
    d: didNotHelp,
    w: flagByKey,
  };
  document.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const { target, key } = event;
    if (quoteByKey(event)) {
      event.preventDefault();
    } else if (key.startsWith("Arrow")) {
      if (results && moveHit(results, box, event)) event.preventDefault();
    } else if (key === "F2" && swap()) {
      event.preventDefault();
    } else if (key === "Escape" && box) {
      box.focus();
    } else if (typing(target)) {
      return;
    } else if (key === "/" && box) {
      event.preventDefault();
      // What stands in a text of several lines is not to be typed over by accident.
      if (box.matches("textarea")) box.focus();
      else box.select();
    } else if (key === "?" && openKeys()) {
      event.preventDefault();
    } else if (letters[key] && lettersWork()) {
      event.preventDefault();
      letters[key](await sheetOf(target));
    }
  });
  rememberLetters(document.querySelector("[data-letters]"));
  document.querySelector("[data-show-keys]")?.addEventListener("click", openKeys);
}

// "This did not": what was asked becomes a gap, with what was shown for it.
function didNotHelp(sheet) {
  sheet?.querySelector('[data-votes] [value="not_answered"]')?.click();
}

// Press the button that swaps customer and agent, also from within the box; false where there is nothing to swap.
function swap() {
  const button = document.querySelector("[data-swap]");
  button?.click();
  return Boolean(button);
}

// Where there is a keyboard. A modal dialog keeps the focus and closes by Esc.
function openKeys() {
  const dialog = document.querySelector("[data-keys]");
  if (!dialog || window.matchMedia("(hover: none)").matches) return false;
  dialog.showModal();
  return true;
}

// Who speaks to the computer, or presses keys by accident, switches single letters off; this browser remembers it.
const OFF = "desk-letters-off";

function lettersWork() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

function rememberLetters(switchOfLetters) {
  if (!switchOfLetters) return;
  switchOfLetters.checked = lettersWork();
  switchOfLetters.addEventListener("change", () => {
    try {
      if (switchOfLetters.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch {
      // A browser without storage: letters go on working.
    }
  });
}
