// Steps within a conversation: fetched with the page, and again when something was said, since that may answer the next one.
export function startFlow(talk) {
  const region = document.querySelector("#flow");
  if (!region?.dataset.flow) return;
  const load = () => window.htmx.ajax("GET", region.dataset.flow, { target: region, swap: "innerHTML" });
  document.addEventListener("desk:changed", (event) => {
    const changed = event.detail?.conversation;
    const isOurs = changed === undefined || String(changed) === talk.dataset.conversationId;
    // Who is choosing is not disturbed.
    if (isOurs && !region.contains(document.activeElement)) load();
  });
  document.querySelector("[data-flow-open]")?.addEventListener("click", (event) => {
    const first = region.querySelector("button");
    if (!first) return;
    event.preventDefault();
    region.scrollIntoView({ block: "nearest" });
    first.focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-insert]");
    if (!form) return;
    event.preventDefault();
    const field = (name) => form.elements[name]?.value ?? "";
    const detail = { insert: field("text"), as: "text", send: false, document: field("document") };
    document.dispatchEvent(new CustomEvent("desk:insert", { bubbles: true, cancelable: true, detail }));
  });
  // What is found by the search beside it begins here.
  document.addEventListener("htmx:after:swap", () => {
    if (region.querySelector("#flow-now") && region.contains(document.activeElement)) region.querySelector("button")?.focus();
  });
  load();
}
