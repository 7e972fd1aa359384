// The help widget. The script does nothing while a page loads, then it makes a button. All else waits until somebody opens it.
import { articleOf, h, icon } from "./dom.js";
import { base, language, options, t } from "./options.js";
import { Panel } from "./panel.js";
import { forPage } from "./searching.js";
import css from "./widget.css";

const VERSION = 1;
const QUESTION = "M9 9a3 3 0 1 1 4.5 2.6c-.9.5-1.5 1.2-1.5 2.4M12 17.5v.1M12 21a9 9 0 1 0-7.8-4.5L3 21l4.5-1.2A9 9 0 0 0 12 21z";

const earlier = globalThis.KbAssist;
if (earlier?.version) {
  console.info(`KbAssist: the widget is on this page already; ${base}widget.js was left out.`);
} else if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin, { once: true });

function begin() {
  const host = document.createElement("kb-assist");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // a policy for styles has no say over it
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  host.dataset.position = options.position;
  host.dataset.theme = options.theme;
  host.lang = language;

  const heard = new Map(); // event: functions of the page
  const listening = new Map(); // window of another site: its origin
  let panel = null;
  let launcher = null;
  let offer = null;

  function emit(name, detail) {
    const told = Object.freeze({ ...detail });
    for (const listener of [...(heard.get(name) ?? [])]) {
      try {
        listener(told);
      } catch (error) {
        console.error("KbAssist:", error); // the page's fault is not the reader's
      }
    }
    for (const [other, origin] of listening) other.postMessage({ kb: name, ...told }, origin);
  }

  /** The window, made at the first opening. */
  function window_() {
    if (!host.isConnected) document.body.append(host); // a page that draws itself anew takes its elements away
    panel ??= new Panel(root, emit, () => mark(false));
    offer?.remove();
    mark(true);
    return panel;
  }

  function mark(isOpen) {
    host.toggleAttribute("data-open", isOpen);
    launcher?.setAttribute("aria-expanded", String(isOpen));
  }

  const text = (value) => (typeof value === "string" ? value.trim().slice(0, 2000) : "");
  const api = {
    version: VERSION,
    language,
    /** Opens it; with a text it is searched for at once. */
    open: (query) => (text(query) ? window_().search(text(query)) : window_().open()),
    close: () => panel?.close(),
    /** Asks the machine that answers from articles. */
    ask: (question) => window_().ask(text(question)),
    /** Opens the form for a message to a person. */
    contact: (message) => window_().contact(text(message)),
    /** `on("search", detail => …)` gives a function that stops it. */
    on(name, listener) {
      if (typeof listener !== "function") throw new TypeError("KbAssist.on(name, function)");
      if (!heard.has(name)) heard.set(name, new Set());
      heard.get(name).add(listener);
      return () => heard.get(name).delete(listener);
    },
    /** As for a list: what a page has put there before the script arrived is called like what comes later. */
    push(...calls) {
      for (const one of calls) if (typeof one === "function") one(api);
    },
  };
  globalThis.KbAssist = Object.freeze(api);

  addEventListener("message", (event) => {
    const message = event.data;
    if (!options.origins.has(event.origin) || typeof message !== "object" || message === null) return;
    if (["open", "close", "ask", "contact"].includes(message.kb)) {
      api[message.kb](message.text);
    } else if (message.kb === "listen" && event.source && event.source !== globalThis) listening.set(event.source, event.origin);
  });

  // Any button or link of the page may open it: <button data-kb-open="refund">.
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest("[data-kb-open]") : null;
    if (!opener) return;
    event.preventDefault();
    api.open(opener.dataset.kbOpen);
  });

  // Drawing the first thing with letters of its own costs a page some milliseconds: not before it has loaded.
  afterLoad(() => {
    if (options.hasButton) root.prepend(button());
    if (!host.isConnected) document.body.append(host);
    if (options.hasButton && options.suggest !== "open" && options.suggest !== "off") makeOffer();
  });
  if (Array.isArray(earlier)) api.push(...earlier);
  emit("ready", {});

  function button() {
    const toggle = () => (panel?.isOpen ? panel.close() : api.open());
    const expanded = String(Boolean(panel?.isOpen));
    const label = h("span", null, options.label || t("help"));
    launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": expanded, onclick: toggle }, icon(QUESTION), label);
    return launcher;
  }

  /** Beside the button: the article that fits this page. Only where the script tag asks for it. */
  async function makeOffer() {
    const [first] = await forPage().catch(() => []);
    if (!first || panel) return;
    const read = () => window_().read(articleOf(first.url));
    offer = h(
      "div",
      { class: "offer", role: "status" },
      h("button", { type: "button", class: "link", lang: first.language, onclick: read }, first.title),
      h("button", { type: "button", class: "icon", "aria-label": t("dismiss"), onclick: () => offer.remove() }, icon("M6 6l12 12M18 6L6 18")),
    );
    root.append(offer);
  }
}

/** Once the page has loaded, or after a while: a page that loads for long has its button meanwhile. */
function afterLoad(work) {
  let isDue = true;
  const once = () => {
    if (isDue) globalThis.requestIdleCallback ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work);
    isDue = false;
  };
  if (document.readyState === "complete") once();
  else {
    addEventListener("load", once, { once: true });
    setTimeout(once, 3_000);
  }
}
