// Results of a search: the answer first, then titles; honest words where there is none.
import { vote } from "./api.js";
import { address, articleOf, h } from "./dom.js";
import { t } from "./options.js";

export function call(number) {
  return h("a", { class: "call", href: `tel:${number.replace(/[^+\d]/g, "")}` }, t("call", { number }));
}

export function safety(warning, app) {
  const more = warning.article && opens(warning.article, app, null, warning.article.title);
  return h(
    "div",
    { class: "danger", role: "alert" },
    warning.messages.map((one) => h("p", { lang: one.language, class: "strong" }, one.text)),
    h("p", { class: "row" }, warning.numbers.map(call)),
    more && h("p", null, more),
  );
}

/** What somebody has pinned for everybody, until it ends. */
export function notices(list, app) {
  const running = (list ?? []).filter((one) => Date.parse(one.ends_at) > Date.now());
  return running.map((one) =>
    h("div", { class: one.degree === "outage" ? "danger" : "notice", lang: one.language, role: "status" }, h("p", null, one.text, one.url && " ", one.url && opens(one, app, null, t("read")))),
  );
}

/** A link that opens the article here; with a key pressed, or with no script, in a tab of its own. */
export function opens(result, app, from, ...content) {
  const place = articleOf(result.url);
  const onclick = (event) => {
    if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    app.read(place, { from, anchor: result.anchor ?? "" });
  };
  return h("a", { href: address(result.section_url ?? result.url), target: "_blank", rel: "noopener", lang: result.language, onclick }, content);
}

export function pieceOf(answer) {
  if (answer.kind === "steps") {
    const items = answer.items.map((item) => h("li", null, item));
    const list = answer.start === null ? h("ul", null, items) : h("ol", { start: answer.start }, items);
    return [answer.lead && h("p", null, answer.lead), list, !answer.complete && h("p", { class: "soft" }, t("all_steps"))];
  }
  if (answer.kind === "row") {
    return h("dl", null, answer.cells.map((cell) => h("div", null, cell.label && h("dt", null, cell.label), h("dd", null, cell.value))));
  }
  return h("p", null, answer.text);
}

/** "Did this answer your question?" `document` is such as `article:12`. */
export function question(document_, searchId, app) {
  const box = h("div", { class: "vote", role: "group", "aria-label": t("helped") });
  const say = (kind) => {
    box.replaceChildren(h("p", { tabindex: "-1" }, t("thanks")), kind === "not_answered" && toPerson(app));
    box.firstChild.focus();
    app.emit("vote", { helped: kind === "answered" });
    vote(kind, document_, searchId).catch(() => {}); // a vote that is lost is no reason to disturb anybody
  };
  const button = (kind, word) => h("button", { type: "button", class: "plain", onclick: () => say(kind) }, t(word));
  box.append(h("span", null, t("helped")), button("answered", "yes"), button("not_answered", "no"));
  return box;
}

export function toPerson(app, message = "") {
  return h("button", { type: "button", class: "main", onclick: () => app.contact(message) }, t("person"));
}

function noQuestion(kind, text, app) {
  const wantsPerson = kind === "person" || kind === "complaint";
  return h("div", { class: "notice" }, kind !== "person" && h("p", null, t(`is_${kind}`)), wantsPerson && toPerson(app, kind === "complaint" ? text : ""));
}

function headline(answer, typing) {
  if (answer.outcome === "answered") return t("answered");
  if (answer.missing.length) return t("missing", { codes: answer.missing.join(", ") });
  if (answer.outcome === "unsure" || typing) return t("unsure");
  return t("none");
}

/** What a search gave. While somebody types on there is no verdict yet, only what was found. */
export function results(answer, text, typing, app) {
  const shown = notices(answer.notices, app);
  const from = { id: answer.search_id, typed: typing ? text : "" };
  if (answer.safety) shown.push(safety(answer.safety, app));
  if (answer.no_question) return typing ? shown : [...shown, noQuestion(answer.no_question, text, app)];
  let rest = answer.results.filter((one) => !one.less_likely || answer.outcome !== "answered");
  const isNone = answer.outcome === "none";
  if (isNone && typing) return shown;
  shown.push(h("h3", { class: answer.outcome }, headline(answer, typing)));
  const [first] = rest;
  if (first?.answer && !isNone && !answer.missing.length) {
    shown.push(
      h(
        "article",
        { class: "card", lang: first.language },
        h("h4", null, opens(first, app, from, first.title)),
        first.other_language && h("p", { class: "soft" }, app.inLanguage(first.language)),
        pieceOf(first.answer),
        h("p", null, opens(first, app, from, t("read"))),
        answer.outcome === "answered" && !typing && question(`article:${first.id}`, answer.search_id, app),
      ),
    );
    rest = rest.slice(1);
  }
  if (rest.length) {
    if (isNone || first !== rest[0]) shown.push(h("h4", { class: "soft" }, t(isNone ? "nearest" : "more")));
    shown.push(titles(rest.slice(0, 4), app, from));
  }
  if (answer.outcome !== "answered" && !typing) shown.push(h("p", null, toPerson(app, text)));
  return shown;
}

export function titles(list, app, from) {
  return h(
    "ul",
    { class: "titles" },
    list.map((one) => h("li", null, opens(one, app, from, one.title), one.other_language && h("span", { class: "soft" }, ` ${app.inLanguage(one.language)}`))),
  );
}
