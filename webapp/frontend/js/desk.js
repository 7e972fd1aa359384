// The desk: previews, keys, copying, tabs.
import { copyOnClick } from "./copy.js";
import { keepDraft, sendByKey } from "./draft.js";
import { listenToKeys } from "./keys.js";
import { previewBest, previewOnClick } from "./preview.js";
import { followReading } from "./reading.js";

const box = document.querySelector("#q, [data-box]");
const results = document.querySelector("#results");
const pane = document.querySelector("#preview");

copyOnClick(document);
listenToKeys(box, () => document.querySelector("[data-tools]"));

if (box?.dataset.draft) {
  keepDraft(box, document.querySelector("[data-clear]"));
  sendByKey(box);
  followReading(document.querySelector("#reading"), box);
}
if (results && pane) {
  previewOnClick(document, pane);
  previewBest(results, pane);
  new MutationObserver(() => previewBest(results, pane)).observe(results, { childList: true });
  document.querySelector("[data-submit]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] a");
  if (!tab) return;
  event.preventDefault();
  const name = tab.hash.replace("#column-", "");
  for (const other of tab.parentElement.children) other.toggleAttribute("aria-current", false);
  tab.setAttribute("aria-current", "true");
  document.querySelector("[data-columns]").dataset.active = name;
});

document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  // Going back keeps the results; where one came from elsewhere there is nothing to go back to.
  if (!document.referrer.startsWith(`${window.location.origin}/desk/`) || history.length < 2) return;
  event.preventDefault();
  history.back();
});
