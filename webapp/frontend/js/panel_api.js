// The desk's API, asked with the token that the page around has handed over, or with the session of the person who has opened the panel.
import { siteRoot } from "./site_root.js";

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

// `csrf`: that of the session, "" in a frame, where no cookie is ever sent.
export function makeApi(csrf) {
  let token = "";

  async function ask(path, { body, signal } = {}) {
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    else if (csrf) headers["X-CSRFToken"] = csrf;
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(siteRoot + path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      credentials: csrf ? "same-origin" : "omit",
      signal,
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(response.status, answer.detail ?? "");
    return answer;
  }

  return {
    useToken: (given) => {
      token = given;
    },
    mayAsk: () => Boolean(token || csrf),
    search: (text, signal) => ask(`/api/v1/desk/search?${new URLSearchParams({ q: text })}`, { signal }),
    assist: (conversation, signal) => ask("/api/v1/desk/assist", { body: conversation, signal }),
    forms: (kind, id, to) => ask(`/api/v1/desk/${kind}s/${id}/forms?${new URLSearchParams(to ? { to } : {})}`),
    note: (searchId, document) =>
      ask("/api/v1/desk/feedback", { body: { search_id: searchId, kind: "copied", document } }).catch(() => {}),
  };
}
