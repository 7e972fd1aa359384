// The list of keys (templates/desk/_keys.html): opened by "?", it says of a key that can do nothing now why that is, and so does the key.
import { say } from "./toast.js";

const dialog = () => document.querySelector("[data-keys]");

// Where there is a keyboard. A modal dialog keeps the focus and closes by Esc.
export function openKeys() {
  const keys = dialog();
  if (!keys || window.matchMedia("(hover: none)").matches) return false;
  for (const row of keys.querySelectorAll("[data-needs]")) {
    const works = [...document.querySelectorAll(row.dataset.needs)].some((found) => !found.closest("[hidden]"));
    row.classList.toggle("keys__off", !works);
    row.querySelector("[data-why]").hidden = works;
  }
  keys.showModal();
  return true;
}

// What stands in the list for a letter or sign that did nothing; false where the page does not list it.
export function sayWhyNot(key) {
  if (key.length > 1 || key === " ") return false;
  const why = dialog()?.querySelector(`[data-does~="${CSS.escape(key)}"] [data-why]`);
  if (why) say(why.textContent);
  return Boolean(why);
}

// Who speaks to the computer, or presses keys by accident, switches single letters off; this browser remembers it.
const OFF = "desk-letters-off";

export function lettersWork() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

export function rememberLetters(switchOfLetters) {
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
