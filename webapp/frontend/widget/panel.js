// The window of the widget: made when it is first opened, kept until the page goes.
import { start } from "./api.js";
import { askView } from "./asking.js";
import { contactView } from "./contacting.js";
import { h, icon } from "./dom.js";
import { language, t } from "./options.js";
import { articleView } from "./reading.js";
import { searchView } from "./searching.js";

const CLOSE = "M6 6l12 12M18 6L6 18";
const BACK = "M15 5l-7 7 7 7";
const FOCUSABLE = "a[href],button,input,textarea,summary,[tabindex]:not([tabindex='-1'])";

export class Panel {
  /** `emit(name, detail)` tells the page; `closed()` is called when it was closed. */
  constructor(root, emit, closed) {
    this.root = root;
    this.emit = emit;
    this.closed = closed;
    this.last = null; // what has, or had, the focus, and its place in the order of Tab
    this.place = -1;
    this.searched = false; // whether there is anything that could go along with a message
    this.names = {};
    this.stack = [];
    this.views = { search: searchView(this), ask: askView(this), contact: contactView(this) };
    this.make();
    start().then(
      (place) => (this.names = place.languages),
      () => {},
    );
  }

  make() {
    this.heading = h("h2", { id: "title" });
    this.backward = h("button", { type: "button", class: "icon", "aria-label": t("back"), onclick: () => this.goBack() }, icon(BACK));
    const close = h("button", { type: "button", class: "icon", "aria-label": t("close"), onclick: () => this.close() }, icon(CLOSE));
    this.body = h("div", { class: "body" });
    this.status = h("p", { class: "sr", role: "status" });
    this.tabs = Object.keys(this.views).map((name) => h("button", { type: "button", "data-tab": name, onclick: () => this.show(this.views[name]) }, t(name)));
    this.node = h(
      "section",
      { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", lang: language, hidden: true, onkeydown: (event) => this.key(event) },
      h("header", null, this.backward, this.heading, close),
      this.body,
      this.status,
      h("nav", { "aria-label": t("help") }, this.tabs),
    );
    // The page's own keys ("/" for its search) must not act on what is typed here: it cannot see that this is a box.
    for (const kind of ["keyup", "keypress"]) this.node.addEventListener(kind, (event) => event.stopPropagation());
    this.root.append(this.node);
    this.node.addEventListener("focusin", () => this.focused(this.root.activeElement));
    document.addEventListener("pointerdown", () => (this.last = null));
    // What is asked for arrives when it arrives, also when somebody has moved on by key into what stood there before.
    new MutationObserver(() => this.holdFocus()).observe(this.node, { childList: true, subtree: true });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  open(view = this.stack.at(-1) ?? this.views.search) {
    if (!this.isOpen) {
      this.opener = this.root.activeElement ?? document.activeElement;
      this.node.hidden = false;
      this.emit("open", {});
    }
    this.show(view);
  }

  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    this.closed();
    const back = this.opener;
    if (back?.isConnected && back !== document.body) back.focus();
    else this.root.querySelector(".launcher")?.focus();
    this.emit("close", {});
  }

  show(view) {
    const place = Object.values(this.views).includes(view) ? 0 : this.stack.length;
    this.stack.splice(place, this.stack.length, view);
    this.draw();
  }

  goBack() {
    this.stack.pop();
    this.draw();
  }

  draw() {
    const view = this.stack.at(-1);
    this.body.replaceChildren(view.node);
    this.body.scrollTop = 0;
    this.backward.hidden = this.stack.length < 2;
    for (const tab of this.tabs) tab.setAttribute("aria-current", this.views[tab.dataset.tab] === this.stack[0] ? "true" : "false");
    this.titled();
    view.shown?.();
    view.focus();
  }

  titled() {
    this.heading.textContent = this.stack.at(-1).title();
  }

  key(event) {
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab") this.keepFocus(event);
  }

  stops() {
    return [...this.node.querySelectorAll(FOCUSABLE)].filter((one) => one.getClientRects().length && !one.disabled);
  }

  focused(element) {
    this.last = element;
    this.place = this.stops().indexOf(element);
  }

  /** Where what had the focus was taken away: what stands in its place has it now. */
  holdFocus() {
    if (!this.isOpen || !this.last || this.last.isConnected || document.activeElement !== document.body) return;
    const stops = this.stops();
    (stops[Math.min(this.place, stops.length - 1)] ?? this.stack.at(-1)).focus();
  }

  keepFocus(event) {
    const stops = this.stops();
    const at = stops.indexOf(this.root.activeElement);
    const last = stops.length - 1;
    if (event.shiftKey ? at <= 0 : at === last || at < 0) {
      // From where no stop is (a heading that was jumped to) the browser knows the way, except across the edges.
      if (at < 0 && this.body.contains(this.root.activeElement)) return;
      event.preventDefault();
      stops[event.shiftKey ? last : 0]?.focus();
    }
  }

  // What views ask of the window around them.

  say(text) {
    this.status.textContent = text;
  }

  /** Within the window alone: the page around stays where it is. */
  scrollTo(element) {
    this.body.scrollTop += element.getBoundingClientRect().top - this.body.getBoundingClientRect().top - 8;
  }

  read(place, how) {
    this.open(articleView(this, place, how));
  }

  contact(message = "") {
    this.open(this.views.contact);
    this.views.contact.fill(message);
  }

  search(text) {
    this.open(this.views.search);
    if (text) this.views.search.query(text);
  }

  ask(text) {
    this.open(this.views.ask);
    if (text) this.views.ask.ask(text);
  }

  inLanguage(tag) {
    return t("other_language", { language: this.names[tag] ?? tag });
  }

  async links() {
    return (await start()).links;
  }

  failed(error, shown) {
    const text = shown?.querySelector(".notice p, .error:not(:empty)")?.textContent;
    if (text) this.say(text);
    this.emit("error", { kind: error.kind ?? "away" });
  }
}

