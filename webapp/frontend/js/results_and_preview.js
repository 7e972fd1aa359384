// A list of results with its preview, on every page that has both: tabs, arrows, keys, handing over, quoting.
import { flagOnClick } from "./flagging.js";
import { handOverOnClick, hasComposer } from "./insert.js";
import { listenToKeys } from "./keys.js";
import { previewFirst, previewNow, startPreview } from "./preview.js";
import { quoteOnClick } from "./quoting.js";
import { keepPlace, switchTabs } from "./results.js";

export function startResults({ box, results, pane }) {
  // With the focus on a result its sheet is what is meant, also before the preview has followed.
  async function sheetOf(target) {
    const hit = target.closest?.("[data-hit]");
    if (hit && pane && pane.offsetParent !== null) await previewNow(hit, pane);
    return document.querySelector(".sheet");
  }

  handOverOnClick(document);
  quoteOnClick(document);
  flagOnClick(document);
  listenToKeys({ box, results, sheetOf });
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
  nameForComposer();
  document.addEventListener("desk:shown", nameForComposer);
}

// Beside a composer the forms are put into it.
function nameForComposer() {
  if (!hasComposer()) return;
  for (const label of document.querySelectorAll("[data-insert-label]")) label.textContent = label.dataset.insertLabel;
  for (const button of document.querySelectorAll("[data-send]")) button.hidden = false;
}
