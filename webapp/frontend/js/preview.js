// The preview beside the results, where there is room for one; on a phone a result is a page. It stands still: what is in it is exchanged
// when the typing rests or another result has the focus, and the pane itself never opens or closes.
import { reveal } from "./passage.js";
import { hitsIn } from "./results.js";
import { makeScrollersFocusable } from "./scrolling.js";

const roomy = window.matchMedia("(min-width: 56.25rem)");
const SETTLED_MS = 350;
const FOCUSED_MS = 90;
let asked = 0;
let waiting;
let shown = "";
let start;

export function startPreview(results, pane) {
  start = [...pane.childNodes];
  previewOnClick(document, pane);
  // The preview follows the arrows. It does not count as a click.
  results.addEventListener("focusin", (event) => {
    const hit = event.target.closest("[data-hit]");
    if (hit) peek(hit, pane, FOCUSED_MS);
  });
}

// Once the typing rests, the first result is in the preview: nobody has to reach for it.
export function previewFirst(results, pane) {
  clearTimeout(waiting);
  const list = results.querySelector("[data-list]");
  const [first] = list ? hitsIn(results) : [];
  const focused = document.activeElement?.closest("[data-hit]");
  const hit = focused && results.contains(focused) ? focused : first;
  if (hit && pane.contains(document.activeElement)) return;
  if (hit) peek(hit, pane, SETTLED_MS);
  else if (!list) waiting = setTimeout(() => clear(pane), SETTLED_MS);
}

// What is in the preview of `hit`, as soon as it is there.
export async function previewNow(hit, pane) {
  clearTimeout(waiting);
  await show(hit.href, pane, hit, true);
}

function peek(hit, pane, delay) {
  clearTimeout(waiting);
  if (!roomy.matches) return;
  waiting = setTimeout(() => show(hit.href, pane, hit, true), delay);
}

function previewOnClick(root, pane) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-hit], [data-version]");
    if (!link || !roomy.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    clearTimeout(waiting);
    show(link.href, pane, link, false);
  });
}

function clear(pane) {
  asked += 1;
  shown = "";
  pane.replaceChildren(...start);
}

// The document that an address shows, whichever search led to it.
function documentOf(url) {
  const { pathname, searchParams } = new URL(url);
  return `${pathname}?${searchParams.get("to") ?? ""}`;
}

async function show(href, pane, link, isPeek) {
  const mine = ++asked;
  const url = new URL(href);
  if (isPeek) url.searchParams.set("peek", "1");
  try {
    const isShown = shown === documentOf(href);
    // What stands there already is only counted as opened.
    if (!(isShown && isPeek)) {
      const response = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      const html = await response.text();
      // Answers may come back in another order than they were asked for.
      if (mine !== asked) return;
      if (!isShown) {
        pane.innerHTML = html;
        pane.scrollTop = 0;
        shown = documentOf(href);
        window.htmx?.process(pane);
        makeScrollersFocusable(pane);
        pane.dispatchEvent(new CustomEvent("desk:shown", { bubbles: true }));
      }
    }
    belongsTo(pane, url.searchParams.get("s") ?? "");
    if (link.matches("[data-version]")) return;
    const hit = link.closest(".hit, [data-document]");
    reveal(pane, url.hash, hit?.dataset.piece ?? "");
    for (const open of document.querySelectorAll(".hit--open")) open.classList.remove("hit--open");
    hit?.classList.add("hit--open");
  } catch {
    if (mine === asked && !isPeek) window.location.assign(href);
  }
}

// Votes and copies belong to the search that is shown now.
function belongsTo(pane, search) {
  const tools = pane.querySelector("[data-tools]");
  if (!tools) return;
  tools.dataset.search = search;
  for (const field of tools.querySelectorAll("input[name=s]")) field.value = search;
}
