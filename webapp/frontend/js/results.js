// One list of results with tabs: which kind is shown, which result is shown in full, and the way through them by arrows.
let chosen = "all";
let focused = "";

// Those that can be seen: neither of another tab nor folded away.
export const hitsIn = (root) => [...root.querySelectorAll("[data-hit]")].filter((hit) => hit.checkVisibility());

// Tabs hide and show what is there already; without scripts they are links or buttons of a form.
export function switchTabs(results, box) {
  results.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    chooseTab(results, tab.dataset.tab);
  });
  chosen = tabOf(results) ?? chosen;
  rememberFocus(results);
  // What can be sent comes first again with the next question.
  box?.addEventListener("input", () => {
    chosen = "all";
  });
}

// After an exchange of the list the tab that was chosen stays, and so does the focus: on the same document, else on the first.
export function keepPlace(results) {
  const current = tabOf(results);
  if (current && current !== chosen) chooseTab(results, chosen);
  if (!focused || document.activeElement !== document.body) return;
  const same = results.querySelector(`[data-document="${CSS.escape(focused)}"] [data-hit]`);
  if (same && isOfTab(same)) unfoldFor(same);
  (same?.checkVisibility() ? same : hitsIn(results)[0])?.focus();
}

function rememberFocus(results) {
  document.addEventListener("focusin", (event) => {
    if (event.target.closest("dialog")) return;
    const hit = event.target.closest("[data-hit]");
    focused = hit && results.contains(hit) ? (hit.closest("[data-document]")?.dataset.document ?? "") : "";
  });
}

const tabOf = (results) => results.querySelector("[data-tab][aria-current]")?.dataset.tab;

function chooseTab(results, kind) {
  chosen = kind;
  for (const tab of results.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === kind) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  const hits = [...results.querySelectorAll(".hit[data-kind]")];
  for (const hit of hits) {
    hit.hidden = kind !== "all" && hit.dataset.kind !== kind;
    hit.classList.remove("hit--full");
  }
  const shown = hits.filter((hit) => !hit.hidden);
  shown[0]?.classList.add("hit--full");
  const fold = results.querySelector("[data-fold]");
  if (fold) {
    const folded = shown.filter((hit) => fold.contains(hit));
    fold.hidden = folded.length === 0;
    fold.querySelector(".count").textContent = folded.length.toLocaleString(document.documentElement.lang);
    if (shown[0] && fold.contains(shown[0])) fold.open = true;
  }
  const nothing = results.querySelector("[data-nothing]");
  if (nothing) nothing.hidden = shown.length > 0;
}

const isOfTab = (hit) => !hit.closest(".hit")?.hidden;

function unfoldFor(hit) {
  const fold = hit.closest("[data-fold]");
  if (fold) fold.open = true;
}

// The first of those that are folded away, opened; undefined where nothing is folded.
function unfold(results) {
  const fold = results.querySelector("[data-fold]:not([open], [hidden])");
  const first = [...(fold?.querySelectorAll("[data-hit]") ?? [])].find(isOfTab);
  if (first) unfoldFor(first);
  return first;
}

// The next tab to the left or right, and the first of its results; false where there are no tabs.
export function moveTab(results, aside) {
  const tabs = [...results.querySelectorAll("[data-tab]")];
  const place = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  const next = tabs[Math.min(Math.max(place + aside, 0), tabs.length - 1)];
  if (!next) return false;
  chooseTab(results, next.dataset.tab);
  (hitsIn(results)[0] ?? next).focus();
  return true;
}

// From the box into the list, up and down in it (and in what is folded below it), and from its top back to the box; false where the key does nothing here.
export function moveHit(results, box, event) {
  const hits = hitsIn(results);
  if (event.target === box) {
    if (event.key !== "ArrowDown" || hits.length === 0) return false;
    if (box.selectionEnd < (box.matches("textarea") ? box.value.length : 0)) return false;
    hits[0].focus();
    return true;
  }
  const place = hits.indexOf(event.target);
  if (place < 0) return leaveHead(results, hits, event);
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") return moveTab(results, event.key === "ArrowLeft" ? -1 : 1);
  if (event.key === "ArrowUp" && place === 0) {
    box?.focus();
    return Boolean(box);
  }
  // Beyond the last one lies what is less likely.
  const goal = event.key === "ArrowUp" ? hits[place - 1] : (hits[place + 1] ?? unfold(results) ?? event.target);
  goal.focus();
  goal.closest(".hit")?.scrollIntoView({ block: "nearest" });
  return true;
}

// From a tab, or from the head of what is folded away, into the list.
function leaveHead(results, hits, event) {
  if (event.target.matches?.("[data-tab]")) return leaveTab(results, hits, event);
  const fold = event.target.matches?.("summary") ? event.target.closest("[data-fold]") : null;
  if (!fold || !results.contains(fold)) return false;
  const inFold = (hit) => fold.contains(hit);
  let goal;
  if (event.key === "ArrowDown") goal = unfold(results) ?? hits.find(inFold);
  else if (event.key === "ArrowUp") goal = hits.filter((hit) => !inFold(hit)).at(-1);
  goal?.focus();
  return Boolean(goal);
}

function leaveTab(results, hits, event) {
  if (event.key === "ArrowDown") {
    hits[0]?.focus();
    return hits.length > 0;
  }
  if (event.key === "ArrowUp") return false;
  const tabs = [...results.querySelectorAll("[data-tab]")];
  const next = tabs[tabs.indexOf(event.target) + (event.key === "ArrowLeft" ? -1 : 1)];
  next?.focus();
  next?.click();
  return Boolean(next);
}
