// What the checks found, beside the text. They are asked when the typing rests, one request at a time; typing waits for nothing.
const REST = 900;

export function startChecks(form, { select }) {
  const place = document.querySelector("[data-checks]");
  const list = place.querySelector("[data-checks-list]");
  const said = place.querySelector("[data-checks-said]");
  let asking = false;
  let again = false;
  let waiting = 0;
  let last = "";

  async function ask() {
    if (asking) return void (again = true);
    asking = true;
    again = false;
    const body = new FormData(form);
    body.delete("picture");
    try {
      const answer = await fetch(form.dataset.checksUrl, { method: "POST", body, credentials: "same-origin", redirect: "error" });
      if (answer.ok) show(await answer.json());
    } catch {
      // The next change tries again.
    } finally {
      asking = false;
      if (again) ask();
    }
  }

  function show(found) {
    const now = JSON.stringify(found);
    if (now === last) return; // whoever reads the list with the keyboard keeps their place
    last = now;
    if (said.textContent !== found.summary) said.textContent = found.summary;
    place.querySelector("[data-checks-measures]").textContent = found.measures;
    place.querySelector("[data-checks-remarks]").textContent = found.remarks.join(" ");
    list.replaceChildren(...found.findings.map(item));
  }

  function item(one) {
    const row = document.createElement("li");
    row.className = one.harmful ? "checks__one checks__one--harm" : "checks__one";
    row.dataset.kind = one.kind;
    const go = document.createElement("button");
    go.type = "button";
    go.className = "button button--small button--quiet";
    go.textContent = one.line ? place.dataset.place.replace("{}", one.line) : place.dataset.inTitle;
    go.addEventListener("click", () => select(one));
    const words = document.createElement("span");
    words.textContent = one.words;
    row.append(go, " ", words);
    if (one.url) {
      const link = document.createElement("a");
      link.href = one.url;
      link.target = "_blank";
      link.textContent = "↗";
      link.setAttribute("aria-label", one.words);
      row.append(" ", link);
    }
    if (one.quote) {
      const quote = document.createElement("q");
      quote.className = "checks__quote";
      quote.lang = form.elements.language.value;
      quote.textContent = one.quote;
      row.append(quote);
    }
    return row;
  }
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, REST);
  });
  if (form.elements.body.value.trim()) ask();
}
