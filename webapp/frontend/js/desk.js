// The desk: the list, its preview, keys, handing over.
import { keepDraft, sendByKey } from "./draft.js";
import { handOverOnClick, hasComposer } from "./insert.js";
import { listenToKeys } from "./keys.js";
import { previewFirst, previewNow, startPreview } from "./preview.js";
import { quoteOnClick } from "./quoting.js";
import { followReading } from "./reading.js";
import { keepPlace, switchTabs } from "./results.js";

const box = document.querySelector("#q, [data-box]");
const results = document.querySelector("#results");
const pane = document.querySelector("#preview");

handOverOnClick(document);
quoteOnClick(document);
listenToKeys({ box, results, sheetOf });

// With the focus on a result its sheet is what is meant, also before the preview has followed.
async function sheetOf(target) {
  const hit = target.closest?.("[data-hit]");
  if (hit && pane && pane.offsetParent !== null) await previewNow(hit, pane);
  return document.querySelector(".sheet");
}

if (box?.dataset.draft) {
  keepDraft(box, document.querySelector("[data-clear]"));
  sendByKey(box);
  followReading(document.querySelector("#reading"), box);
}
if (results && pane) {
  const page = () => {
    keepPlace(results);
    previewFirst(results, pane);
  };
  switchTabs(results, box);
  startPreview(results, pane);
  page();
  new MutationObserver(page).observe(results, { childList: true });
  // What had the focus before may have been exchanged meanwhile.
  document.querySelector("[data-keys]")?.addEventListener("close", () => setTimeout(() => keepPlace(results)));
}
if (box && document.querySelector("[data-search]:has(#q)") && results) {
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}
for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", (event) => event.target.form.requestSubmit());
}
// Beside a composer the forms are put into it.
const name = () => {
  if (!hasComposer()) return;
  for (const label of document.querySelectorAll("[data-insert-label]")) label.textContent = label.dataset.insertLabel;
  for (const button of document.querySelectorAll("[data-send]")) button.hidden = false;
};
name();
document.addEventListener("desk:shown", name);

document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  // Going back keeps the results; where one came from elsewhere there is nothing to go back to.
  if (!document.referrer.startsWith(`${window.location.origin}/desk/`) || history.length < 2) return;
  event.preventDefault();
  history.back();
});
