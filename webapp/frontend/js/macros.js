// Macros in the composer: ";" or "/macro" at the beginning of a line opens the list, arrows choose, Enter inserts what the server
// filled in. A macro that stands among the answers is inserted in the same way.
import { phrase, say } from "./toast.js";

const COMMAND = /(^|\n)(;|\/macro)$/;

export function startMacros(form) {
  const box = form.querySelector("textarea");
  const dialog = document.querySelector("[data-macros]");
  if (!dialog) return;
  const search = dialog.querySelector("input");
  const buttons = () => [...dialog.querySelectorAll("[data-macro] button")];

  function open() {
    search.value = "";
    dialog.showModal();
    search.focus();
    window.htmx.trigger(search, "macrosopen");
  }
  document.querySelector("[data-macros-open]").addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  dialog.querySelector("[data-macros-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => box.focus());

  box.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const before = box.value.slice(0, box.selectionStart);
    const typed = before.match(COMMAND);
    if (!typed) return;
    // What was typed opened the list; it is no part of the text.
    box.setRangeText("", before.length - typed[2].length, before.length, "end");
    open();
  });
  // As if it were typed: the search box of the dialog has letters of its own.
  dialog.addEventListener("keydown", (event) => {
    const found = buttons();
    const at = found.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      if (next < 0) search.focus();
      else found[Math.min(next, found.length - 1)]?.focus();
    } else if (event.key === "Enter" && event.target === search) {
      event.preventDefault();
      found[0]?.click();
    }
  });
  document.addEventListener("submit", (event) => {
    const macro = event.target.closest("[data-macro]");
    if (!macro) return;
    event.preventDefault();
    insert(macro, dialog);
  });
}

async function insert(macro, dialog) {
  try {
    const body = new URLSearchParams(new FormData(macro));
    const answer = await fetch(macro.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { text } = await answer.json();
    if (dialog.open) dialog.close();
    const detail = { insert: text, as: "text", send: false };
    document.dispatchEvent(new CustomEvent("desk:insert", { bubbles: true, cancelable: true, detail }));
  } catch {
    say(phrase("unreached"));
  }
}
