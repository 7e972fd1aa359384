// A question that is too long for an address goes by POST: servers refuse long addresses, and a letter of Hindi takes nine bytes there.
// The same number as in webapp/shared/ui.py.
const LONGEST_IN_ADDRESS = 1500;

export function sendLongQuestions() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-long]");
    if (form) form.method = isLong(form.elements.q.value) ? "post" : "get";
  });
  document.addEventListener("htmx:before:request", (event) => {
    if (!event.target.closest?.("[data-long]")) return;
    const { request } = event.detail.ctx;
    const [path, query] = request.action.split("?", 2);
    if (request.method !== "GET" || !query || query.length <= LONGEST_IN_ADDRESS) return;
    request.method = "POST";
    request.action = path;
    request.body = new URLSearchParams(query);
  });
}

const isLong = (text) => encodeURIComponent(text).length > LONGEST_IN_ADDRESS;
