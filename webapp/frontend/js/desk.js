// The desk: the list, its preview, keys, handing over.
import { keepDraft, sendByKey } from "./draft.js";
import { followReading } from "./reading.js";
import { startResults } from "./results_and_preview.js";
import { siteRoot } from "./site_root.js";

const box = document.querySelector("#q, [data-box]");
const results = document.querySelector("#results");

if (box?.dataset.draft) {
  keepDraft(box, document.querySelector("[data-clear]"));
  sendByKey(box);
  followReading(document.querySelector("#reading"), box);
}
startResults({ box, results, pane: document.querySelector("#preview") });
if (box && document.querySelector("[data-search]:has(#q)") && results) {
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}
for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", (event) => event.target.form.requestSubmit());
}

document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  // Going back keeps the results; where one came from elsewhere there is nothing to go back to.
  if (!document.referrer.startsWith(`${window.location.origin}${siteRoot}/desk/`) || history.length < 2) return;
  event.preventDefault();
  history.back();
});
