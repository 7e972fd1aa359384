// A small conversation: a machine answers from articles, asks back, and gives way to a person.
import { say } from "./api.js";
import { opens, pieceOf, safety, titles, toPerson } from "./answers.js";
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
  let resumed = null;

  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });

  function submit(event) {
    event?.preventDefault();
    const text = input.value.trim();
    if (!text || isWaiting) return;
    input.value = "";
    act({ text }, text);
  }

  function add(who, ...content) {
    const line = h("li", { class: who }, h("span", { class: "sr" }, t(who === "you" ? "you" : "answer")), content);
    log.append(line);
    app.scrollTo(line);
    return line;
  }

  /** One turn: words, or a button of the last reply. `shown`: what the reader did, in words. */
  async function act(what, shown) {
    if (isWaiting) return;
    isWaiting = true;
    await resumed;
    const mine = add("you", h("p", null, shown));
    const last = log.querySelectorAll(".once");
    const line = add("it", h("p", { class: "soft" }, t("searching")));
    try {
      const answer = await next(what);
      for (const one of last) one.remove();
      memory.keep(answer.talk, tick.checked);
      line.replaceChildren(h("span", { class: "sr" }, t("answer")), ...reply(answer.reply));
      app.searched = true;
      app.emit("ask", { kind: answer.reply?.kind ?? "" });
    } catch (error) {
      const again = () => {
        line.remove();
        mine.remove();
        act(what, shown);
      };
      line.replaceChildren(trouble(error, again));
      app.failed(error, line);
    }
    isWaiting = false;
    app.scrollTo(mine);
  }

  /** A conversation that is not known any more is begun anew with the same words. */
  async function next(what) {
    try {
      return await say(what, memory.token);
    } catch (error) {
      if (error.kind !== "gone" || !memory.token) throw error;
      memory.keep(null, false);
      return say(what, null);
    }
  }

  function reply(said) {
    if (!said) return [];
    const from = { id: said.search_id };
    const button = (word, what) => h("button", { type: "button", class: "plain", onclick: () => act(what, word) }, word);
    const once = (...content) => h("div", { class: "once" }, content);
    const isSource = said.kind === "step" || said.kind === "steps_end";
    const options = said.options.map((one) => button(one.label, { step: said.step, choice: one.value }));
    if (said.can_skip) options.push(button(t("go_on"), { step: said.step, choice: "" }));
    if (said.can_go_back) options.push(button(t("back"), { back: true }));
    const shown = [said.safety && safety(said.safety, app), said.not_understood && h("p", null, t("not_understood"))];
    if (said.sentences.length) shown.push(composed(said, from), h("p", { class: "soft" }, t("composed")));
    else shown.push(said.words && h("p", null, said.words));
    shown.push(...said.passages.map((one) => quote(one, from, isSource)));
    if (said.near.length && !said.safety && ["nothing", "again", "maybe", "person"].includes(said.kind)) {
      shown.push(h("p", { class: "soft" }, t("near")), titles(said.near, app, from));
    }
    if (options.length) shown.push(once(h("p", { class: "choices" }, options)));
    if (["answer", "maybe", "steps_end"].includes(said.kind)) {
      const words = h("p", { class: "choices" }, h("span", null, t("did_help")), button(t("did"), { helped: true }), button(t("no"), { helped: false }));
      shown.push(once(words));
    }
    if (said.offered_flow) shown.push(once(h("p", null, button(t("questions", { title: said.offered_flow.label }), { flow: said.offered_flow.value }))));
    if (["person", "nothing"].includes(said.kind)) shown.push(h("p", null, toPerson(app)));
    return shown.filter(Boolean);
  }

  function quote(passage, from, isSource) {
    const link = opens(passage, app, from, passage.title);
    if (isSource) return h("p", null, link);
    return h(
      "blockquote",
      { lang: passage.language },
      passage.answer ? pieceOf(passage.answer) : h("p", null, passage.snippet),
      h("p", null, link, passage.other_language && h("span", { class: "soft" }, ` ${app.inLanguage(passage.language)}`)),
    );
  }

  function composed(said, from) {
    return h(
      "p",
      null,
      said.sentences.map((one) => [`${one.text} `, ...one.citations.map((at) => opens(said.passages[at], app, from, `[${at + 1}] `))]).flat(),
    );
  }

  /** What the machine said last, where the reader had it remembered. */
  async function resume() {
    try {
      const answer = await say({}, memory.token);
      if (answer.reply) add("it", reply(answer.reply));
    } catch (error) {
      if (error.kind === "gone") memory.keep(null, false);
    }
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
    shown() {
      if (memory.token && !log.children.length) resumed ??= resume();
    },
    ask: (text) => act({ text }, text),
  };
}
