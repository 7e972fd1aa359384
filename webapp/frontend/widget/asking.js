// A small conversation: a machine answers from articles, asks back, and gives way to a person.
import { say } from "./api.js";
import { opens, toPerson } from "./answers.js";
import { h } from "./dom.js";
import { base, t } from "./options.js";
import { trouble } from "./trouble.js";

const KEY = `kb-assist ${base}`;

/** The name of the conversation: in memory, and on the device only after the reader has agreed. */
const memory = {
  token: null,
  read() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // a page may forbid it
    }
  },
  keep(token, agreed) {
    this.token = token;
    try {
      if (agreed && token) localStorage.setItem(KEY, token);
      else localStorage.removeItem(KEY);
    } catch {
      // then it is kept for this page alone
    }
  },
};

export function askView(app) {
  memory.token = memory.read();
  const log = h("ol", { class: "log", "aria-live": "polite" });
  const input = h("textarea", { id: "say", rows: "2", maxlength: "2000", "aria-label": t("write"), placeholder: t("write"), enterkeyhint: "send" });
  const tick = h("input", { type: "checkbox", id: "remember", onchange: () => memory.keep(memory.token, tick.checked) });
  tick.checked = Boolean(memory.token);
  const form = h("form", { class: "say", onsubmit: submit }, input, h("button", { class: "main", type: "submit" }, t("send")));
  const foot = h(
    "div",
    { class: "foot" },
    toPerson(app),
    h("button", { type: "button", class: "plain", onclick: forget }, t("forget")),
    h("label", { class: "tick" }, tick, h("span", null, t("remember"))),
  );
  const node = h("div", { class: "asking" }, h("p", { class: "soft" }, t("machine")), log, form, foot);
  let isWaiting = false;

  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });

  function submit(event) {
    event?.preventDefault();
    const text = input.value.trim();
    if (!text || isWaiting) return;
    input.value = "";
    ask(text);
  }

  function add(who, ...content) {
    const line = h("li", { class: who }, h("span", { class: "sr" }, t(who === "you" ? "you" : "answer")), content);
    log.append(line);
    line.scrollIntoView({ block: "nearest" });
    return line;
  }

  async function ask(text, shown = text) {
    isWaiting = true;
    const mine = shown && add("you", h("p", null, shown));
    for (const old of log.querySelectorAll(".choices")) old.remove();
    const waiting = add("it", h("p", { class: "soft" }, t("searching")));
    try {
      const answer = await say(text, memory.token);
      memory.keep(answer.conversation, tick.checked);
      waiting.replaceChildren(h("span", { class: "sr" }, t("answer")), ...reply(answer));
      app.searched = true;
      app.emit("ask", { person: Boolean(answer.person) });
    } catch (error) {
      const again = () => {
        waiting.remove();
        mine?.remove();
        ask(text, shown);
      };
      waiting.replaceChildren(trouble(error, again));
      app.failed(error, waiting);
    }
    waiting.scrollIntoView({ block: "nearest" });
    isWaiting = false;
  }

  function reply({ reply: said, asks, person }) {
    const { text, article, passage } = said ?? {};
    return [
      text && h("p", null, text),
      passage && h("blockquote", null, passage),
      article && h("p", null, opens(article, app, null, article.title)),
      asks?.length && h("p", { class: "choices" }, asks.map((one) => h("button", { type: "button", class: "plain", onclick: () => ask(one) }, one))),
      person && h("p", null, toPerson(app)),
    ].filter(Boolean);
  }

  function forget() {
    memory.keep(null, false);
    tick.checked = false;
    log.replaceChildren();
    input.focus();
  }

  return {
    title: () => t("ask"),
    node,
    focus: () => input.focus(),
    shown() {},
    ask: (text) => ask(text),
  };
}
