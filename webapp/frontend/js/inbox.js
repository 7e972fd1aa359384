// The inbox: keys, the composer, refreshing, who else is here.
import { startComposer } from "./composer.js";
import { listenToInboxKeys } from "./inbox_keys.js";
import { startPresence } from "./presence.js";
import { refreshOnChange, showAllOnClick, showEarlierOnClick, toTheEnd } from "./timeline.js";

const talk = document.querySelector("[data-conversation-id]");
for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", (event) => event.target.form.requestSubmit());
}
// The list may be exchanged at any time.
document.addEventListener("change", (event) => {
  if (event.target.matches?.(".queue [data-submit]")) event.target.form.requestSubmit();
});
refreshOnChange(talk);
listenToInboxKeys();
if (talk) {
  toTheEnd();
  showAllOnClick();
  showEarlierOnClick();
  const composer = document.querySelector("[data-composer]");
  startComposer(composer);
  startPresence(composer, talk);
}
