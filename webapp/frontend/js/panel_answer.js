// Draws what was found. Every text is put in as text: nothing that comes from elsewhere is ever read as markup.
import { siteRoot } from "./site_root.js";

export function element(name, { text, children = [], on, ...attributes } = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter(Boolean));
  for (const [event, handler] of Object.entries(on ?? {})) made.addEventListener(event, handler);
  return made;
}

// What can be sent comes first, and what is hardly meant last.
export const inOrder = (results) =>
  [...results].sort((a, b) => Number(a.less_likely) - Number(b.less_likely) || Number(a.audience !== "public") - Number(b.audience !== "public"));

export function drawSafety(warning, phrases) {
  if (!warning) return null;
  const numbers = warning.numbers.map((number) =>
    element("a", { class: "button safety__call", href: `tel:${number.replace(/[^\d+]/g, "")}`, text: phrases.call.replace("{number}", number) }),
  );
  return element("section", {
    class: `safety safety--${warning.level}`,
    role: "alert",
    children: [
      element("h2", { class: "safety__title", text: phrases.safety }),
      ...warning.messages.map((message) => element("p", { class: "safety__message", lang: message.language, text: message.text })),
      element("p", { class: "safety__ways", children: numbers }),
    ],
  });
}

export function drawOutcome(outcome, missing, phrases) {
  const words = outcome === "none" && missing?.length ? phrases.missing.replace("{codes}", missing.join(", ")) : phrases[outcome];
  const more = { none: phrases.none_more, unsure: phrases.unsure_more }[outcome];
  return element("p", {
    class: "panel__outcome",
    "data-outcome": outcome,
    children: [element("span", { class: `badge badge--${outcome}`, text: words }), more && element("span", { class: "soft small", text: more })],
  });
}

// `hand`: called with the result, the form that was chosen and the button.
export function drawResult(result, { first, outcome, phrases, hand }) {
  const role = { internal: phrases.internal, tickets: phrases.ticket }[result.audience];
  const reasons = (result.because ?? []).map((reason) => reason.words);
  const because = reasons.length ? reasons : result.decided_by;
  const button = (as, label) =>
    element("button", {
      class: `button button--small${as === "answer" ? " button--main" : ""}`,
      type: "button",
      "data-as": as,
      text: label,
      on: { click: (event) => hand(result, as, event.currentTarget) },
    });
  return element("li", {
    class: `panel-hit${result.less_likely ? " panel-hit--less" : ""}`,
    lang: result.language,
    "data-document": `${result.kind}:${result.id}`,
    "data-audience": result.audience,
    children: [
      role && element("p", { class: `hit__role${result.audience === "internal" ? " hit__role--internal" : ""}`, lang: phrases.language, text: role }),
      element("h2", {
        class: "panel-hit__title",
        children: [element("a", { href: `${siteRoot}/desk/${result.kind}s/${result.id}`, target: "_blank", rel: "noopener", text: result.title })],
      }),
      drawPiece(result, first && outcome === "answered"),
      result.answer?.complete === false && element("p", { class: "small soft", lang: phrases.language, text: phrases.more }),
      because?.length && !result.less_likely && element("p", { class: "small soft", lang: phrases.language, text: `${phrases.because} ${because.map((words) => `“${words}”`).join(", ")}` }),
      element("p", {
        class: "panel-hit__ways",
        lang: phrases.language,
        children: [
          result.answer && button("answer", phrases.insert_answer),
          button("text", result.kind === "ticket" ? phrases.insert_solution : phrases.insert_article),
          result.kind === "article" && button("markdown", "Markdown"),
          result.audience === "public" && button("link", phrases.insert_link),
        ],
      }),
    ],
  });
}

function drawPiece(result, marked) {
  const found = result.answer;
  const piece = (text, mark) => (mark ? [element("mark", { text })] : [text]);
  if (found?.kind === "steps") {
    const items = found.items.map((item, place) => element("li", { children: piece(item, marked && place === found.best) }));
    const list = found.start === null ? element("ul", { children: items }) : element("ol", { start: String(found.start), children: items });
    return element("div", { class: "answer answer--steps", children: [found.lead && element("p", { text: found.lead }), list] });
  }
  if (found?.kind === "row") {
    const cells = found.cells.map((cell) => element("div", { children: [element("dt", { text: cell.label }), element("dd", { children: piece(cell.value, marked) })] }));
    return element("dl", { class: "answer answer--row", children: cells });
  }
  // Places are counted in characters, of which an emoji is one.
  const characters = [...result.snippet];
  const [start, end] = marked ? result.mark : [0, 0];
  const part = (from, to) => characters.slice(from, to).join("");
  return element("p", { class: "answer", children: [part(0, start), end > start && element("mark", { text: part(start, end) }), part(end)] });
}
