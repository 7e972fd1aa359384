// What customers' pages need: htmx, the menu, the colour switch. Pages work without any of it.
import "htmx.org";
import { startAsking } from "./ask.js";
import { sayWhatFailed } from "./failures.js";
import { closeMenusOnLeave } from "./menu.js";
import { endNotices } from "./notices.js";
import { makeScrollersFocusable } from "./scrolling.js";
import { sendLongQuestions } from "./search_form.js";
import { suggestWhileWriting } from "./suggesting.js";
import { switchThemeInPlace } from "./theme.js";
import { leaveResultsInUse } from "./typing.js";

document.documentElement.classList.add("js");
closeMenusOnLeave();
startAsking();
sayWhatFailed();
switchThemeInPlace();
suggestWhileWriting();
leaveResultsInUse();
sendLongQuestions();
makeScrollersFocusable();
endNotices();
document.addEventListener("htmx:afterSwap", endNotices);
window.addEventListener("resize", () => makeScrollersFocusable());
