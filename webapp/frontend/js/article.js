// The page of an article: where one is in it, links to its sections, ticks that stay. It is whole without any of this.
import { followReading } from "./article_reading.js";
import { keepTicks } from "./article_ticks.js";
import { phrase, say } from "./toast.js";

const article = document.querySelector("[data-article]");

followReading(article);
keepTicks(article);
openWhatIsLinked();
copyLinks();
unfoldForPrint();

// `at` names the section that answers; an address without a fragment leads there too.
function openWhatIsLinked() {
  const at = new URLSearchParams(location.search).get("at");
  const goal = location.hash ? document.getElementById(decode(location.hash.slice(1))) : at && article.querySelector(".landed");
  for (let fold = goal?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (goal && !location.hash) goal.scrollIntoView();
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function copyLinks() {
  article.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-copy-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Without what names this person's search.
    const address = new URL(link.hash, `${location.origin}${location.pathname}`).href;
    try {
      await navigator.clipboard.writeText(address);
      say(phrase("copied"));
    } catch {
      // The link has led to its section all the same: its address is in the address bar.
    }
  });
}

// What is folded is printed too.
function unfoldForPrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...article.querySelectorAll(".prose details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
}
