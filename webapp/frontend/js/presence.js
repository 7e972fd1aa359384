// Says that one is here, and shows who else is and who types. The answer also tells whether the conversation has changed.
const EVERY_MS = 20000;
const WHILE_TYPING_MS = 4000;

export function startPresence(form, talk) {
  const token = form.querySelector("[name=csrf_token]").value;
  const box = form.querySelector("textarea");
  let changed = talk.dataset.updated;
  let typedAt = -WHILE_TYPING_MS;
  let saidTyping = -WHILE_TYPING_MS;

  // Read aloud only where it says something new.
  const show = (html) => {
    const place = document.querySelector("#presence");
    if (place.innerHTML.trim() !== html.trim()) place.innerHTML = html;
  };

  async function tell(typing) {
    if (document.hidden && !typing) return;
    try {
      const answer = await fetch(form.dataset.presenceUrl, {
        method: "POST",
        body: new URLSearchParams({ csrf_token: token, typing: typing ? "1" : "0" }),
        headers: { "HX-Request": "true" },
      });
      if (!answer.ok || answer.redirected) return;
      show(await answer.text());
      const now = answer.headers.get("X-Changed");
      if (now && now !== changed) {
        changed = now;
        document.dispatchEvent(new CustomEvent("desk:changed", { detail: { conversation: talk.dataset.conversationId } }));
      }
    } catch {
      // Not connected: the next time tells.
    }
  }

  const types = () => box.value.trim() !== "" && performance.now() - typedAt < WHILE_TYPING_MS;
  // What is on its way is typed no more, whichever is told first: that it is there, or that the box is empty.
  form.addEventListener("submit", () => {
    typedAt = saidTyping = -WHILE_TYPING_MS;
  });

  box.addEventListener("input", (event) => {
    typedAt = event.timeStamp;
    if (event.timeStamp - saidTyping < WHILE_TYPING_MS) return;
    saidTyping = event.timeStamp;
    tell(true);
  });
  document.addEventListener("visibilitychange", () => tell(false));
  // Others came, went or type: looked up, not told again, or two pages would keep each other busy.
  document.addEventListener("desk:presence", async (event) => {
    if (String(event.detail?.conversation) !== talk.dataset.conversationId) return;
    try {
      const answer = await fetch(form.dataset.presenceUrl, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch {
      // The next time tells.
    }
  });
  // In a chat the customer sees that their message was read.
  document.addEventListener("desk:changed", (event) => {
    const isOurs = String(event.detail?.conversation) === talk.dataset.conversationId;
    if (isOurs && form.dataset.channel === "chat") tell(types());
  });
  setInterval(() => tell(types()), EVERY_MS);
  tell(false);
}
