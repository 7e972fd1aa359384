// The side panel: asks the desk about a text of the page beside it, and hands back what the rep chooses.
import { Refused, makeApi } from "./panel_api.js";
import { drawOutcome, drawResult, drawSafety, element, inOrder } from "./panel_answer.js";
import { connectHost, textOf } from "./panel_host.js";

// What is longer, or has lines, is heard like a customer; the rest is searched as it is.
const LONGEST_SEARCH = 200;
const ANSWERED_WITHIN_MS = 1500;
const WARNED_FOR_MS = 5000;

const root = document.querySelector("[data-panel]");
const phrases = JSON.parse(root.dataset.phrases);
const box = document.querySelector("#q");
const found = document.querySelector("[data-found]");
const status = document.querySelector("[data-status]");
const api = makeApi(root.dataset.csrf);
const forms = new Map();
let running = new AbortController();
// What was asked before there was a token; asked when it is there.
let waiting = null;
let waitingForPage = 0;

const host = connectHost(root.dataset.origins.split(" ").filter(Boolean), {
  token: ({ token }) => {
    if (!textOf(token)) return;
    api.useToken(textOf(token));
    // Only now is it known who is around, and that the page may be asked.
    document.querySelector("[data-reads]").hidden = false;
    say("");
    waiting?.();
  },
  search: ({ text }) => look(textOf(text)),
  conversation: ({ text }) => listen({ transcript: textOf(text) }),
  inserted: () => say(phrases.inserted),
  failed: ({ reason }) => say(phrases[`failed_${reason}`] ?? phrases.failed),
});

document.querySelector("[data-ask]").addEventListener("submit", (event) => {
  event.preventDefault();
  look(box.value.trim());
});
for (const button of document.querySelectorAll("[data-read]")) {
  button.addEventListener("click", () => {
    say("");
    host.send({ kb: "read", what: button.dataset.read });
  });
}
if (host) {
  say(phrases.waiting);
  host.announce();
} else {
  box.focus();
}

function say(text) {
  clearTimeout(waitingForPage);
  status.textContent = text;
}

function look(text) {
  if (!text) return say(phrases.nothing_selected);
  if (text.length > LONGEST_SEARCH || text.includes("\n")) return listen({ turns: [{ role: "customer", text }] });
  box.value = text;
  return ask(async (signal) => {
    const answer = await api.search(text, signal);
    found.replaceChildren();
    show(answer);
  });
}

function listen(conversation) {
  if (!(conversation.transcript ?? conversation.turns[0].text)) return say(phrases.nothing_selected);
  return ask(async (signal) => {
    const answer = await api.assist(conversation, signal);
    const asked = answer.questions.filter((question) => question.open);
    box.value = answer.question ?? "";
    found.replaceChildren();
    if (asked.length === 0) {
      const safety = drawSafety(answer.safety, phrases);
      if (safety) found.append(safety);
      return say(phrases.nothing_asked);
    }
    const chips = asked.map((question, place) =>
      element("button", {
        class: "button button--small panel__question",
        type: "button",
        "aria-pressed": place === 0 ? "true" : "false",
        text: question.text,
        on: {
          click: (event) => {
            for (const chip of chips) chip.setAttribute("aria-pressed", chip === event.currentTarget ? "true" : "false");
            show({ ...question, safety: answer.safety });
          },
        },
      }),
    );
    found.append(element("div", { class: "panel__questions", role: "group", "aria-label": phrases.questions, children: chips }));
    return show({ ...asked[0], safety: answer.safety });
  });
}

// Only the last question counts; what was refused is said, and a token that is worth nothing is asked for anew.
async function ask(work) {
  if (!api.mayAsk()) {
    waiting = () => ask(work);
    host?.send({ kb: "token-needed", refused: false });
    return;
  }
  waiting = null;
  running.abort();
  running = new AbortController();
  const { signal } = running;
  root.setAttribute("aria-busy", "true");
  say("");
  try {
    await work(signal);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Refused && error.status === 401) {
      say(host ? phrases.token_refused : phrases.log_in);
      api.useToken("");
      waiting = () => ask(work);
      host?.send({ kb: "token-needed", refused: true });
    } else {
      say((error instanceof Refused && error.message) || phrases.unreached);
    }
  } finally {
    if (!signal.aborted) root.removeAttribute("aria-busy");
  }
}

function show(answer) {
  found.querySelector("[data-results]")?.remove();
  const results = inOrder(answer.results);
  const to = answer.language && root.dataset.languages.split(" ").includes(answer.language) ? answer.language : "";
  const hand = (result, as, button) => handOver(result, as, button, answer.search_id, to);
  const items = results.map((result, place) => drawResult(result, { first: place === 0, outcome: answer.outcome, phrases, hand }));
  const parts = [drawSafety(answer.safety, phrases), drawOutcome(answer.outcome, answer.missing, phrases)];
  if (items.length) parts.push(element("ol", { class: "panel__results", children: items }));
  found.append(element("div", { "data-results": true, children: parts }));
}

async function handOver(result, as, button, searchId, to) {
  if (result.audience === "internal" && !button.classList.contains("button--warned")) return warn(button);
  const document = `${result.kind}:${result.id}`;
  let given;
  try {
    given = as === "answer" ? ofAnswer(result) : await formsOf(result, to);
  } catch {
    return say(phrases.unreached);
  }
  const chosen = as === "answer" ? "text" : as;
  if (host) {
    say(phrases.handed);
    // A page that does not answer has taken it, or has not: we do not know, so nothing goes on being said.
    waitingForPage = setTimeout(() => say(""), ANSWERED_WITHIN_MS);
    host.send({ kb: "insert", as: chosen, text: given.text, markdown: given.markdown, link: given.link, document: given.document ?? document });
  } else {
    try {
      await navigator.clipboard.writeText(given[chosen]);
      say(phrases.copied);
    } catch {
      return say(phrases.failed_copy);
    }
  }
  if (searchId) api.note(searchId, document);
}

function ofAnswer(result) {
  const text = result.answer.copy;
  return { text, markdown: text, link: new URL(result.section_url, window.location.origin).href };
}

async function formsOf(result, to) {
  const key = `${result.kind}:${result.id}:${to}`;
  if (!forms.has(key)) forms.set(key, await api.forms(result.kind, result.id, result.kind === "article" ? to : ""));
  return forms.get(key);
}

// What is internal needs a second press, so that it does not get into a conversation by habit.
function warn(button) {
  const before = button.textContent;
  button.classList.add("button--warned");
  button.textContent = phrases.warning;
  say(phrases.warning);
  setTimeout(() => {
    button.classList.remove("button--warned");
    button.textContent = before;
  }, WARNED_FOR_MS);
}
