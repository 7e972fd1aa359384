// The desk without a mouse. Single letters do nothing while one types; which there are is written in templates/desk/_keys.html.
import { flagByKey } from "./flagging.js";
import { handOverByKey } from "./insert.js";
import { lettersWork, openKeys, rememberLetters, sayWhyNot } from "./key_list.js";
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
    } else if (lettersWork() && (letters[key] || sayWhyNot(key))) {
      event.preventDefault();
      if (letters[key] && !letters[key](await sheetOf(target))) sayWhyNot(key);
    }
  });
  rememberLetters(document.querySelector("[data-letters]"));
  document.querySelector("[data-show-keys]")?.addEventListener("click", openKeys);
}

// "This did not": what was asked becomes a gap, with what was shown for it.
function didNotHelp(sheet) {
  const vote = sheet?.querySelector('[data-votes] [value="not_answered"]');
  vote?.click();
  return Boolean(vote);
}

// Press the button that swaps customer and agent, also from within the box; false where there is nothing to swap.
function swap() {
  const button = document.querySelector("[data-swap]");
  button?.click();
  return Boolean(button);
}
