// What every page needs: htmx, the menu, the colour switch. Pages work without any of it.
import "htmx.org";
import { forgetDraftsOnLogout } from "./draft.js";
import { sayWhatFailed } from "./failures.js";
import { closeMenusOnLeave, openMenuOfThisPage } from "./menu.js";
import { endNotices } from "./notices.js";
import { makeScrollersFocusable } from "./scrolling.js";
import { switchThemeInPlace } from "./theme.js";
import { leaveResultsInUse } from "./typing.js";

document.documentElement.classList.add("js");
closeMenusOnLeave();
openMenuOfThisPage();
forgetDraftsOnLogout();
sayWhatFailed();
switchThemeInPlace();
leaveResultsInUse();
makeScrollersFocusable();
endNotices();
window.addEventListener("resize", () => makeScrollersFocusable());
