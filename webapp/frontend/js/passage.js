// Where in a preview the answer stands: its section is scrolled to, and what answers is marked where the search is sure of it.
const BLOCKS = "p, li, dd, td, pre, tr, blockquote, h2, h3, h4";
const squeezed = (text) => text.replace(/\s+/g, " ").trim();

export function reveal(pane, hash, piece) {
  for (const mark of pane.querySelectorAll("mark.answers")) mark.replaceWith(...mark.childNodes);
  for (const row of pane.querySelectorAll("tr.answers")) row.classList.remove("answers");
  const section = hash && pane.querySelector(`#${CSS.escape(decodeURIComponent(hash.slice(1)))}`);
  const marked = piece ? mark(pane, piece) : null;
  const top = pane.getBoundingClientRect().top;
  // What stays at the upper edge covers what is under it.
  const lid = pane.querySelector("[data-tools]")?.offsetHeight ?? 0;
  const above = (element) => element.getBoundingClientRect().top - top + pane.scrollTop - lid - 12;
  let goal = section ? above(section) : 0;
  // A long section is opened at the piece itself, with some lines of what comes before it.
  if (marked && above(marked) - goal > pane.clientHeight * 0.6) goal = above(marked) - pane.clientHeight * 0.25;
  pane.scrollTop = goal;
}

function mark(pane, piece) {
  const parts = piece.split("\n").map(squeezed).filter(Boolean);
  const found = [...pane.querySelectorAll(".prose *, .case__text")].filter((element) => {
    if (!element.matches(`${BLOCKS}, .case__text`)) return false;
    const text = squeezed(element.textContent);
    return parts.every((part) => text.includes(part));
  });
  // The last one that has all of it is within the others.
  const element = found.at(-1);
  if (!element) return null;
  if (parts.length > 1 || !markText(element, parts[0])) element.closest("tr")?.classList.add("answers");
  return element;
}

// Marks go around the words, through links and emphasis; false where they are not found in one row.
function markText(element, text) {
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let whole = "";
  while (walker.nextNode()) {
    nodes.push([walker.currentNode, whole.length]);
    whole += walker.currentNode.data;
  }
  const words = text.split(" ").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = new RegExp(words.join("\\s+")).exec(whole);
  if (!found) return false;
  const end = found.index + found[0].length;
  for (const [node, from] of nodes) {
    const start = Math.max(found.index - from, 0);
    const stop = Math.min(end - from, node.data.length);
    if (start >= stop) continue;
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, stop);
    const around = document.createElement("mark");
    around.className = "answers";
    range.surroundContents(around);
  }
  return true;
}
