// Quoting a piece of what is read: "q" goes into the text, arrows go through its paragraphs, steps and rows, Enter takes one.
import { handOver } from "./insert.js";
import { phrase, say } from "./toast.js";

const piecesOf = (sheet) => [...sheet.querySelectorAll("[data-quote]")].filter((piece) => piece.offsetParent !== null);

// Into the text, at what answers where that is marked; false where there is nothing to quote.
export function startQuoting(sheet) {
  const pieces = sheet ? piecesOf(sheet) : [];
  if (pieces.length === 0) return false;
  sheet.classList.add("sheet--quoting");
  const marked = sheet.querySelector("mark.answers, tr.answers")?.closest("[data-quote]");
  choose(marked ?? pieces[0]);
  say(phrase("quoting"));
  return true;
}

// What a key does while one chooses; false where nobody does.
export function quoteByKey(event) {
  const piece = event.target.closest?.("[data-quote]");
  const sheet = piece?.closest(".sheet--quoting");
  if (!sheet) return false;
  const pieces = piecesOf(sheet);
  const place = pieces.indexOf(piece);
  if (event.key === "Enter" || event.key === "q") take(piece, sheet);
  else if (event.key === "ArrowDown") choose(pieces[Math.min(place + 1, pieces.length - 1)]);
  else if (event.key === "ArrowUp") choose(pieces[Math.max(place - 1, 0)]);
  else if (event.key === "Escape") stop(sheet);
  else return false;
  return true;
}

export function quoteOnClick(root) {
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-start-quoting]")) {
      startQuoting(event.target.closest(".sheet"));
      return;
    }
    const piece = event.target.closest(".sheet--quoting [data-quote]");
    if (!piece || event.target.closest("a, summary")) return;
    take(piece, piece.closest(".sheet"));
  });
}

function choose(piece) {
  piece.tabIndex = -1;
  piece.focus();
  piece.scrollIntoView({ block: "nearest" });
}

function take(piece, sheet) {
  const tools = sheet.querySelector("[data-tools]");
  // What is internal asks once more, on the button for the whole text.
  const confirmedBy = tools.querySelector('[data-copy-key="t"]');
  handOver(piece.dataset.quote, { as: "quote", tools, from: piece, confirmedBy });
}

function stop(sheet) {
  sheet.classList.remove("sheet--quoting");
  const hit = document.querySelector(".hit--open [data-hit]") ?? document.querySelector("#q, [data-box]");
  hit?.focus();
}
