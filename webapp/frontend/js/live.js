// What has changed in conversations, as it happens: `desk:changed` and `desk:presence` on the document, with `detail.conversation`
// (absent where anything may have). By server-sent events; where no stream comes through, by asking every few seconds.
const POLL_MS = 5000;
const TRY_STREAM_AGAIN_MS = 60000;

export function startLive() {
  listen();
}

function tell({ conversation, kind }) {
  const name = kind === "presence" ? "desk:presence" : "desk:changed";
  document.dispatchEvent(new CustomEvent(name, { detail: { conversation, kind } }));
}

function listen() {
  const source = new EventSource("/desk/live");
  let wasConnected = false;
  source.addEventListener("connected", () => {
    // Between two streams something may have happened.
    if (wasConnected) tell({});
    wasConnected = true;
  });
  source.addEventListener("change", (event) => tell(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) poll("", performance.now());
  });
}

async function poll(cursor, since) {
  let next = cursor;
  try {
    const answer = await fetch(`/desk/live/changes?after=${encodeURIComponent(cursor)}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected) return;
    if (answer.ok) {
      const found = await answer.json();
      next = found.cursor;
      if (cursor) found.changes.forEach(tell);
      else tell({});
    }
  } catch {
    // Not connected: again in a while.
  }
  setTimeout(() => (performance.now() - since > TRY_STREAM_AGAIN_MS ? listen() : poll(next, since)), POLL_MS);
}
