// The desk without a mouse: "/" to the box, arrows through results, Enter previews, "c" and then t, m or l copies, F2 swaps roles.
import { copyByKey } from "./copy.js";

const CHORD_MS = 1500;
const typing = (element) => element.matches?.("input, textarea, select, [contenteditable]");

export function listenToKeys(box, currentSheet) {
  let copyUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (copyUntil > event.timeStamp && "tml".includes(event.key) && copyByKey(currentSheet(), event.key)) {
      copyUntil = 0;
      event.preventDefault();
      return;
    }
    copyUntil = 0;
    if (event.key === "c" && !typing(target)) {
      copyUntil = event.timeStamp + CHORD_MS;
    } else if (event.key === "/" && !typing(target)) {
      event.preventDefault();
      // What stands in a text of several lines is not to be typed over by accident.
      if (box?.matches("textarea")) box.focus();
      else box?.select();
    } else if (event.key === "F2" && swap()) {
      event.preventDefault();
    } else if (event.key === "Escape" && box) {
      box.focus();
    } else if (event.key.startsWith("Arrow")) {
      move(event, box);
    }
  });
}

// Press the button that swaps customer and agent, also from within the box; false where there is nothing to swap.
function swap() {
  const button = document.querySelector("[data-swap]");
  button?.click();
  return Boolean(button);
}

const visibleColumns = () =>
  [...document.querySelectorAll("[data-column]")]
    .map((column) => [...column.querySelectorAll("[data-hit]")].filter((hit) => hit.offsetParent !== null))
    .filter((hits) => hits.length > 0);

function move(event, box) {
  const columns = visibleColumns();
  if (columns.length === 0) return;
  if (event.target === box) {
    if (event.key !== "ArrowDown" || box.selectionEnd < (box.matches("textarea") ? box.value.length : 0)) return;
    const active = document.querySelector("[data-columns]").dataset.active;
    const first = document.querySelector(`[data-column="${active}"] [data-hit]`) ?? columns[0][0];
    event.preventDefault();
    first.focus();
    return;
  }
  const column = columns.findIndex((hits) => hits.includes(event.target));
  if (column < 0) return;
  const row = columns[column].indexOf(event.target);
  event.preventDefault();
  if (event.key === "ArrowUp" && row === 0) {
    box.focus();
    return;
  }
  const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  const next = columns[Math.min(Math.max(column + aside, 0), columns.length - 1)];
  const goal = next[Math.min(Math.max(row + down, 0), next.length - 1)];
  goal.focus();
  goal.scrollIntoView({ block: "nearest" });
}
