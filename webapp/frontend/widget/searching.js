// Searching: results while typing, the verdict when typing rests; before anything is typed, what fits the page.
import { search, start, suggestions } from "./api.js";
import { notices, results, titles } from "./answers.js";
import { address, h, icon, newTab } from "./dom.js";
import { options, t } from "./options.js";
import { pageText } from "./page.js";
import { trouble } from "./trouble.js";

const TYPING = 250;
const RESTING = 1_500;

export function searchView(app) {
  const input = h("input", { type: "search", id: "q", "aria-label": t("placeholder"), placeholder: t("placeholder"), autocomplete: "off", maxlength: "2000", enterkeyhint: "search" });
  const out = h("div", { class: "out" });
  const form = h("form", { role: "search", class: "find", onsubmit: submit }, input, h("button", { class: "main", type: "submit", "aria-label": t("search") }, icon("M20 20l-4.4-4.4M17 10.5a6.5 6.5 0 1 1-13 0a6.5 6.5 0 0 1 13 0")));
  let turn = 0;
  let waiting = 0;
  let settled = "";

  async function run(text, typing) {
    clearTimeout(waiting);
    if (!typing) settled = text;
    const mine = ++turn;
    if (!typing) app.say(t("searching"));
    try {
      const answer = await search(text, typing);
      if (mine !== turn) return;
      out.replaceChildren(...results(answer, text, typing, app));
      if (typing) waiting = setTimeout(() => run(text, false), RESTING);
      else {
        app.say(out.querySelector("h3, .notice p, .danger p")?.textContent ?? "");
        app.searched = true;
        app.emit("search", { outcome: answer.outcome, results: answer.results.length });
      }
    } catch (error) {
      if (mine !== turn) return;
      out.replaceChildren(trouble(error, () => run(text, false)));
      app.failed(error, out);
    }
  }

  function submit(event) {
    event?.preventDefault();
    const text = input.value.trim();
    if (text) run(text, false);
  }

  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    const text = input.value.trim();
    if (event.isComposing || text === settled) return;
    if (text.length < 2) {
      if (!text) home();
    } else waiting = setTimeout(() => run(text, true), TYPING);
  });

  /** Before anything is asked: articles for this page, else the topics. */
  async function home() {
    const mine = ++turn;
    settled = "";
    try {
      const place = await start();
      const offered = await forPage();
      if (mine !== turn) return;
      out.replaceChildren(...notices(place.notices, app), ...(offered.length ? listed("for_page", offered) : [...listed("often", place.questions), topics(place.topics)]));
    } catch (error) {
      if (mine === turn) out.replaceChildren(trouble(error, home));
      app.failed(error, null);
    }
  }

  const listed = (word, found) => (found.length ? [h("h3", null, t(word)), titles(found, app, null)] : []);

  return {
    title: () => t("help"),
    node: h("div", null, form, out),
    focus: () => input.focus(),
    shown() {
      if (!input.value.trim()) home();
    },
    query(text) {
      input.value = text;
      submit();
    },
  };
}

function topics(found) {
  const link = (one) => h("a", { href: address(one.url), target: "_blank", rel: "noopener" }, one.name, newTab());
  return h("ul", { class: "topics" }, found.map((one) => h("li", null, link(one))));
}

const known = new Map();

/** Articles for the page as it is now; none where the script tag forbids it or there is nothing to go by. */
export async function forPage() {
  const text = options.suggest === "off" ? "" : pageText(options.suggest);
  if (!text) return [];
  if (!known.has(text)) known.set(text, (await suggestions(text)).results);
  return known.get(text);
}
