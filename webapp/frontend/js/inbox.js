// The inbox: keys, the composer, answers, refreshing, who else is here.
import { startAnswers } from "./answers.js";
import { startComposer } from "./composer.js";
import { listenToInboxKeys } from "./inbox_keys.js";
import { startLive } from "./live.js";
import { startFlow } from "./flow.js";
import { startMacros } from "./macros.js";
import { sayPresent } from "./present.js";
import { startPresence } from "./presence.js";
import { startResults } from "./results_and_preview.js";
import { refreshOnChange, showAllOnClick, showEarlierOnClick, toTheEnd } from "./timeline.js";

const talk = document.querySelector("[data-conversation-id]");
// The list with its filters may be exchanged at any time.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-choice]")) event.target.form.requestSubmit();
});
refreshOnChange(talk);
startLive();
sayPresent();
listenToInboxKeys();
if (talk) {
  toTheEnd();
  showAllOnClick();
  showEarlierOnClick();
  const composer = document.querySelector("[data-composer]");
  startComposer(composer);
  startMacros(composer);
  startFlow(talk);
  startPresence(composer, talk);
  const box = document.querySelector("#q");
  const results = document.querySelector("#results");
  startResults({ box, results, pane: document.querySelector("#preview") });
  startAnswers(talk, results, box);
}
