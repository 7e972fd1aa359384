// What was said: kept up to date while the page is open. Whoever learns that something has changed sends the event `desk:changed` to
// the document, with `detail.conversation` where it is known which.
const partial = { headers: { "HX-Request": "true" } };
const WAIT_MS = 150;

export function refreshOnChange(talk) {
  let waiting;
  document.addEventListener("desk:changed", (event) => {
    const changed = event.detail?.conversation;
    const isOurs = talk && (changed === undefined || String(changed) === talk.dataset.conversationId);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const part of document.querySelectorAll("[data-refresh]")) {
        if (isOurs || !part.matches("#timeline, [data-part]")) refresh(part);
      }
    }, WAIT_MS);
  });
  document.addEventListener("desk:read", (event) => {
    const timeline = document.querySelector("#timeline[data-refresh]");
    if (timeline && talk && String(event.detail?.conversation) === talk.dataset.conversationId) refresh(timeline);
  });
}

export async function refresh(part) {
  const isTimeline = part.id === "timeline";
  // Somebody who reads further up or chooses in the list is not disturbed.
  const isInUse = part.contains(document.activeElement) && document.activeElement.matches("select, input");
  if (!isTimeline && (isInUse || part.querySelector("details[open]"))) return;
  const atEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 80;
  let answer;
  try {
    answer = await fetch(part.dataset.refresh, partial);
  } catch {
    return;
  }
  if (!answer.ok || answer.redirected) return;
  const html = await answer.text();
  // What is as it was stays: a warning is said aloud once.
  if (!isTimeline && html === part.refreshed) return;
  part.refreshed = html;
  if (isTimeline && part.querySelector("[data-grown]")) return append(part, html, atEnd);
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  if (part.innerHTML === html) return;
  part.innerHTML = html;
  markOpen(part);
  countWaiting(part);
  if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  if (isTimeline && atEnd) toTheEnd();
}

// Where earlier entries were fetched only what is new is put behind them.
function append(part, html, atEnd) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const list = part.querySelector(".timeline__list");
  for (const entry of fresh.querySelectorAll(".timeline__list > li")) {
    const known = entry.id && list.querySelector(`#${entry.id}`);
    if (known) known.replaceWith(entry);
    else if (entry.id) list.append(entry);
  }
  if (atEnd) toTheEnd();
}

function markOpen(part) {
  const open = document.querySelector("[data-conversation-id]")?.dataset.conversationId;
  const link = open && part.querySelector(`[data-conversation="${open}"]`);
  if (!link) return;
  link.setAttribute("aria-current", "page");
  link.closest("li").classList.add("queue__item--open");
}

// The navigation counts along.
function countWaiting(part) {
  const count = part.querySelector("[data-count-waiting]")?.textContent;
  if (count === undefined) return;
  for (const shown of document.querySelectorAll(".count--waiting")) {
    shown.hidden = count === "0";
    shown.querySelector("[data-count]").textContent = count;
  }
}

export function toTheEnd() {
  const timeline = document.querySelector("#timeline");
  if (!timeline || location.hash) return;
  timeline.scrollTop = timeline.scrollHeight;
  // On a phone the page itself scrolls: what was said last is to be seen, and where to answer.
  if (timeline.scrollHeight <= timeline.clientHeight) {
    document.querySelector("[data-composer]")?.scrollIntoView({ block: "end" });
  }
}

export function showAllOnClick() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-show-all]");
    if (!link) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href, partial);
      if (!answer.ok) throw new Error(String(answer.status));
      link.closest(".said").querySelector("[data-text]").textContent = await answer.text();
      link.parentElement.remove();
    } catch {
      location.href = link.href;
    }
  });
}

export function showEarlierOnClick() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-earlier]");
    if (!link) return;
    event.preventDefault();
    let answer;
    try {
      answer = await fetch(link.href, partial);
    } catch {
      answer = { ok: false };
    }
    if (!answer.ok) {
      location.href = link.href;
      return;
    }
    const timeline = document.querySelector("#timeline");
    const list = timeline.querySelector(".timeline__list");
    const before = new DOMParser().parseFromString(await answer.text(), "text/html");
    const height = timeline.scrollHeight;
    const more = before.querySelector("[data-earlier]");
    list.dataset.grown = "";
    list.prepend(...before.querySelectorAll(".timeline__list > li"));
    if (more) link.href = more.href;
    else link.parentElement.remove();
    timeline.scrollTop += timeline.scrollHeight - height;
  });
}
