// What answers the conversation: fetched with the page, and again as soon as something is said or settled.
const ANSWERED_FOR_MS = 4000;
const CHANGES = new Set([undefined, "message", "withdrawn", "question_settled", "question_reopened"]);

export function startAnswers(talk, results, box) {
  const url = results.dataset.answers;
  let loading = false;
  let again = false;
  async function load() {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    try {
      do {
        again = false;
        await window.htmx.ajax("GET", url, { target: results, swap: "innerHTML" });
      } while (again);
    } finally {
      loading = false;
    }
  }
  document.addEventListener("desk:changed", (event) => {
    const { conversation, kind } = event.detail ?? {};
    if (conversation !== undefined && String(conversation) !== talk.dataset.conversationId) return;
    // What the rep looks for stays until they empty the box.
    if (CHANGES.has(kind) && !box.value.trim()) load();
  });
  fadeAnswered(results);
  load();
}

// A question that is answered now stands for a moment longer, crossed out: one sees why it is gone.
function fadeAnswered(results) {
  let before = new Map();
  const open = () =>
    new Map([...results.querySelectorAll("[data-question]")].map((chip) => [chip.dataset.question, chip.querySelector("bdi").textContent]));
  new MutationObserver(() => {
    const list = results.querySelector("[data-questions]");
    const now = open();
    const closed = new Set([...results.querySelectorAll("[name=reopen]")].map((button) => button.value));
    for (const [name, text] of before) {
      if (now.has(name) || closed.has(name) || results.querySelector(".chip--answered")) continue;
      const chip = Object.assign(document.createElement("li"), { className: "chip chip--answered", textContent: text });
      (list ?? results).append(chip);
      setTimeout(() => chip.remove(), ANSWERED_FOR_MS);
    }
    before = now;
  }).observe(results, { childList: true });
}
