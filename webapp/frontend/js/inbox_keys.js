// One key each: "r" reply, "n" note, "a" take it, "e" escalate, "s" snooze, "x" close, "w" keep as a ticket, "v" draft an article,
// ";" macros, "f" steps, "z" take back what was sent, "j" and "k" to the next and the one before. A key presses whatever carries its
// name in `data-key`.
import { lettersWork } from "./key_list.js";

const typing = (element) =>
  element.matches?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
// Where the focus is on a result or what is read of it, these letters are about that (keys.js).
const read = ".sheet, [data-hit], #preview";
const OF_WHAT_IS_READ = /^[tmlsqpdw]$/;

export function listenToInboxKeys() {
  // Before the keys of results and sheets, which are meant where the focus is on one of them.
  const capture = true;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (typing(event.target) || document.querySelector("dialog[open]") || !lettersWork()) return;
    if (OF_WHAT_IS_READ.test(event.key) && event.target.closest?.(read)) return;
    if (event.key === "j" || event.key === "k") {
      if (follow(event.key === "j" ? 1 : -1)) event.preventDefault();
      return;
    }
    if (event.key === "z") {
      const undo = document.querySelector("[data-undo-bar]:not([hidden]) [data-undo]");
      if (undo) event.preventDefault();
      undo?.click();
      return;
    }
    const target = /^[a-z;]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
    if (target.matches("input[type=radio]")) document.querySelector("[data-composer] textarea").focus();
    if (target.matches("summary")) firstFieldOf(target.parentElement)?.focus();
  }, { capture });
}

// Of what has just been unfolded: to press, or to type into.
const firstFieldOf = (folded) =>
  folded.querySelector(".menu__panel button:not([hidden]), input:not([type=hidden])");

// To the conversation after or before the open one, in the order of the list.
function follow(step) {
  const links = [...document.querySelectorAll("[data-queue] [data-conversation]")];
  const open = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = open < 0 ? links[step > 0 ? 0 : links.length - 1] : links[open + step];
  next?.click();
  return Boolean(next);
}
