// Ticks in the lists of an article stay in this browser, by the words of their item: a list that was changed keeps what still stands.
const KEPT = "kb-ticks:";
const MOST_WORDS = 120;

export function keepTicks(article) {
  const boxes = [...article.querySelectorAll(".task-list-item input[type=checkbox]")];
  if (boxes.length === 0) return;
  const name = KEPT + article.dataset.article;
  const nameOf = (box) => box.closest("li").textContent.replace(/\s+/g, " ").trim().slice(0, MOST_WORDS);
  const ticked = read(name);
  for (const box of boxes) {
    if (ticked) box.checked = ticked.includes(nameOf(box));
  }
  article.addEventListener("click", (event) => {
    // A press on the words of an item is one on its box.
    if (event.target.closest("a, button, input, summary") || !getSelection().isCollapsed) return;
    const box = event.target.closest(".task-list-item")?.querySelector("input[type=checkbox]");
    box?.click();
  });
  article.addEventListener("change", (event) => {
    if (!boxes.includes(event.target)) return;
    write(name, boxes.filter((box) => box.checked).map(nameOf));
  });
}

function read(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(name));
    return Array.isArray(kept) ? kept : null;
  } catch {
    return null;
  }
}

function write(name, ticked) {
  try {
    localStorage.setItem(name, JSON.stringify(ticked));
  } catch {
    // A browser that keeps nothing: they are there as long as the page.
  }
}
