// The preview beside the results, where there is room for one; on a phone a result is a page.
import { makeScrollersFocusable } from "./scrolling.js";

const roomy = window.matchMedia("(min-width: 48rem)");
const SETTLED_MS = 350;
let asked = 0;
let settling;

export function previewOnClick(root, pane) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-hit], [data-version]");
    if (!link || !roomy.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    show(link.href, pane, link);
  });
}

// Once the typing rests, a sure answer opens by itself: nobody has to reach for it. It does not count as a click.
export function previewBest(results, pane) {
  clearTimeout(settling);
  const sure = results.querySelector('[data-outcome="answered"]');
  const active = results.querySelector("[data-columns]")?.dataset.active;
  const best = active && results.querySelector(`[data-column="${active}"] [data-hit]`);
  if (!sure || !best || !roomy.matches) {
    hide(pane);
    return;
  }
  settling = setTimeout(() => {
    const url = new URL(best.href);
    url.searchParams.set("peek", "1");
    show(url.href, pane, best);
  }, SETTLED_MS);
}

export function hide(pane) {
  asked += 1;
  pane.hidden = true;
  pane.replaceChildren();
}

// To the section where the answer stands, else to the top.
function scrollTo(hash, pane) {
  const section = hash && pane.querySelector(`#${CSS.escape(decodeURIComponent(hash.slice(1)))}`);
  pane.scrollTop = 0;
  if (section) pane.scrollTop = section.getBoundingClientRect().top - pane.getBoundingClientRect().top - 12;
}

async function show(url, pane, link) {
  clearTimeout(settling);
  const mine = ++asked;
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const html = await response.text();
    // Answers may come back in another order than they were asked for.
    if (mine !== asked) return;
    pane.innerHTML = html;
    window.htmx?.process(pane);
    pane.hidden = false;
    scrollTo(new URL(url).hash, pane);
    makeScrollersFocusable(pane);
    for (const hit of document.querySelectorAll(".hit--open")) hit.classList.remove("hit--open");
    link.closest(".hit")?.classList.add("hit--open");
  } catch {
    if (mine === asked) window.location.assign(url);
  }
}
