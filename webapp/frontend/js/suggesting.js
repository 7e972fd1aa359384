// Articles that may answer what is being written to a person, shown beside it when the typing rests. Nothing of it is kept.
const REST = 900;
const SHORTEST = 12;

export function suggestWhileWriting() {
  const field = document.querySelector("[data-suggest]");
  const target = document.querySelector("#suggestions");
  if (!field || !target) return;
  const token = field.form.querySelector("[name=csrf_token]").value;
  let timer = 0;
  let asked = "";
  let asking = null;

  async function ask() {
    const text = field.value.trim();
    if (text === asked || text.length < SHORTEST) return;
    asked = text;
    asking?.abort();
    asking = new AbortController();
    const body = new URLSearchParams({ message: text.slice(0, 500), csrf_token: token });
    try {
      const answer = await fetch(field.dataset.suggest, { method: "POST", body, signal: asking.signal });
      if (answer.ok) target.innerHTML = await answer.text();
    } catch {
      // Writing goes on without suggestions.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST);
  });
}
