// What is typed is kept twice: at once in this browser, and within a second on the server. Whichever is killed, the other has it.
const PREFIX = "kb-article:";
const FIELDS = ["title", "slug", "language", "topic", "audience", "also_asked", "owner", "review_by", "body"];

export function startKeeping(form, { say, put }) {
  const name = `${PREFIX}${form.elements.article.value || "new"}:${form.elements.key.value}`;
  const values = () => Object.fromEntries(FIELDS.map((field) => [field, form.elements[field]?.value ?? ""]));
  const begun = JSON.stringify(values());
  let waiting = 0;
  let running = null;
  let dirty = false;

  const here = () => {
    try {
      localStorage.setItem(name, JSON.stringify({ at: Date.now(), seen: form.elements.seen.value, values: values() }));
    } catch {
      // Full or forbidden: the server has it.
    }
  };
  const forget = (key) => {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing is there then.
    }
  };
  async function send(last = false) {
    clearTimeout(waiting);
    if (!dirty) return;
    if (running && !last) return void (waiting = setTimeout(send, 500));
    dirty = false;
    const body = new FormData(form);
    body.delete("picture");
    say(form.dataset.keeping);
    running = fetch(form.dataset.keepUrl, { method: "POST", body, credentials: "same-origin", redirect: "error", keepalive: last && form.elements.body.value.length < 15000 });
    try {
      const answer = await running;
      if (answer.ok) {
        say(form.dataset.kept);
        const place = new URL(location.href);
        if (place.searchParams.get("draft") !== form.elements.key.value && !document.querySelector("[role=alert]")) {
          place.search = new URLSearchParams({ draft: form.elements.key.value }).toString();
          history.replaceState(history.state, "", place);
        }
        if (!dirty) forget(name);
      } else say(answer.status === 413 || answer.status === 400 ? form.dataset.refused : form.dataset.onlyHere);
    } catch {
      dirty = true;
      waiting = setTimeout(send, 5000);
      say(form.dataset.onlyHere);
    } finally {
      running = null;
    }
  }
  function changed() {
    if (!dirty && JSON.stringify(values()) === begun) return;
    dirty = true;
    here();
    clearTimeout(waiting);
    waiting = setTimeout(send, 1000);
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    dirty = false; // the form itself carries it; what cannot be saved comes back in it, and this browser keeps it until then
    here();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send(true));
  addEventListener("online", () => send());

  const place = new URL(location.href);
  const saved = place.searchParams.get("saved");
  if (saved) {
    for (const kept of namesHere()) if (kept.endsWith(`:${saved}`)) forget(kept);
    place.searchParams.delete("saved");
    history.replaceState(history.state, "", place);
  }
  // What an earlier visit left in this browser because the server could not be reached.
  const offer = document.querySelector("[data-rescued]");
  const found = rescued(name, form);
  if (found && JSON.stringify(found.values) !== begun) {
    offer.hidden = false;
    offer.querySelector("[data-take-rescued]").addEventListener("click", () => {
      for (const [field, value] of Object.entries(found.values)) if (form.elements[field] && field !== "body") form.elements[field].value = value;
      form.elements.seen.value = found.seen;
      put(found.values.body ?? "");
      forget(found.name);
      offer.hidden = true;
      changed();
    });
    offer.querySelector("[data-drop-rescued]").addEventListener("click", () => {
      forget(found.name);
      offer.hidden = true;
    });
  } else if (found) forget(found.name);
  return changed;
}

function namesHere() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function rescued(own, form) {
  try {
    const prefix = `${PREFIX}${form.elements.article.value || "new"}:`;
    const names = namesHere().filter((name) => name.startsWith(prefix));
    const all = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) })).sort((a, b) => b.at - a.at);
    for (const old of all.slice(20)) localStorage.removeItem(old.name);
    return all.find(({ name }) => name === own) ?? all[0] ?? null;
  } catch {
    return null;
  }
}
