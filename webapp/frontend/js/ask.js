// Asking the machine: Enter sends, the reply comes into sight and is read out, what was typed stays until it has arrived.
export function startAsking() {
  const talk = document.querySelector("[data-talk]");
  if (!talk) return;
  talk.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("[data-ask-text]")) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:after:swap", () => {
    const last = talk.querySelector("#last");
    if (!last || last.dataset.seen) return;
    last.dataset.seen = "1";
    last.scrollIntoView({ block: "nearest" });
    talk.querySelector("[data-ask-text]")?.focus({ preventScroll: true });
  });
}
