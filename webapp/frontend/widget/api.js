// Asking the help centre. No cookies go along, and no address of the page: its site is all that the server learns.
import { base, language } from "./options.js";

const PATIENCE = 12_000;

/** Joins what is searched and read on this page until it is loaded anew; kept nowhere. */
export const visit = randomName();

export function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(20))].map((one) => "0123456789abcdefghijklmnopqrstuv"[one & 31]).join("");
}

/** What went wrong: `away`, `busy`, `too_often`, `gone`, or `refused` with what the server said. */
export class Failure extends Error {
  constructor(kind, answer = {}) {
    super(kind);
    this.kind = kind;
    this.answer = answer;
  }
}

const KINDS = { 404: "gone", 410: "gone", 429: "too_often", 502: "away", 503: "busy", 504: "away" };

async function fetchJson(path, { parameters = {}, body = null } = {}) {
  const url = new URL(`api/v1/${path}`, base);
  for (const [key, value] of Object.entries(parameters)) if (value) url.searchParams.set(key, value);
  const asked = { credentials: "omit", mode: "cors", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) };
  if (body) Object.assign(asked, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  let response;
  let answer;
  try {
    response = await fetch(url, asked);
    answer = await response.json();
  } catch {
    if (!response || response.ok) throw new Failure("away");
    answer = {};
  }
  if (!response.ok) throw new Failure(KINDS[response.status] ?? (response.status >= 500 ? "away" : "refused"), answer);
  return answer;
}

let started = null;

/** Where things are, once; asked again after it failed. For a site that is not named: rejected with `not_here`. */
export function start() {
  started ??= fetchJson("widget", { parameters: { lang: language } }).then(
    (answer) => {
      if (answer.allowed) return answer;
      console.error(
        `KbAssist: ${new URL(base).origin} does not answer pages of ${location.origin}. ` +
          `Whoever runs it names this site: KB_WIDGET_ORIGINS=${location.origin}`,
      );
      throw new Failure("not_here", answer);
    },
  );
  started.catch((failure) => {
    if (failure.kind !== "not_here") started = null;
  });
  return started;
}

/** After `start`: a page that gets no answers learns why instead of asking. */
async function ask(path, asked) {
  await start();
  return fetchJson(path, asked);
}

export const search = (q, typing) =>
  ask("search", { parameters: { q, lang: language, limit: "5", visit, typing: typing ? "1" : "" } });

export const suggestions = (text) => ask("widget/suggestions", { parameters: { text, lang: language } });

export const article = ({ language: tag, slug }, from) =>
  ask(`widget/articles/${encodeURIComponent(tag)}/${slug.split("/").map(encodeURIComponent).join("/")}`, {
    parameters: { visit, s: from?.id, typed: from?.typed },
  });

export const vote = (kind, document, searchId) =>
  ask("widget/feedback", { body: { kind, document, search_id: searchId ?? "", visit } });

export const contact = (fields) => ask("widget/contact", { body: { ...fields, language, visit } });

/** One turn of a conversation with the machine; `what` as POST /api/v1/ask takes it. */
export const say = (what, talk) => ask("ask", { body: { ...what, lang: language, visit, ...(talk ? { talk } : {}) } });
