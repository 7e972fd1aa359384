// A reply is looked through while it is written, and before it goes: what only colleagues should read, what belongs to other
// customers, what was told already. Who has seen it may send it all the same.
const PAUSE_MS = 700;
// A reply does not wait longer for it than this.
const PATIENCE_MS = 2500;
const SHORTEST = 12;

export function startChecking(form, box) {
  const place = form.querySelector("[data-check]");
  const isReply = () => form.elements.kind.value === "reply";
  let waiting;
  let newest = 0;
  let looked = { text: "", found: 0 };
  let seen = "";

  async function look() {
    clearTimeout(waiting);
    const text = box.value;
    const mine = ++newest;
    const none = !isReply() || text.trim().length < SHORTEST;
    const told = none ? { html: "", found: 0 } : await ask(text);
    if (mine !== newest || !told) return;
    looked = { text, found: told.found };
    if (place.innerHTML !== told.html) place.innerHTML = told.html;
    if (told.found) seen = text;
  }

  async function ask(text) {
    const body = new URLSearchParams({ text, csrf_token: form.elements.csrf_token.value });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      const answer = await fetch(place.dataset.checkUrl, { method: "POST", body, headers: { Accept: "application/json" }, signal });
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch {
      return null; // a reply is not held back by a check that cannot be made
    }
  }

  const lookSoon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS);
  };
  box.addEventListener("input", lookSoon);
  form.addEventListener("change", (event) => event.target.name === "kind" && lookSoon());
  document.addEventListener("desk:insert", lookSoon);

  return {
    // Whether the reply may go now. What is found is shown first; sent again without a change it goes.
    async passes() {
      const text = box.value;
      if (!isReply() || seen === text) return true;
      if (looked.text !== text) await look();
      return looked.text !== text || looked.found === 0;
    },
    clear() {
      newest += 1;
      clearTimeout(waiting);
      looked = { text: "", found: 0 };
      seen = "";
      place.replaceChildren();
    },
  };
}
