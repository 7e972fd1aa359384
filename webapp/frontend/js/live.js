// Told by the server what has changed, at once. One tab of this browser holds the stream and tells the others; where no stream gets
// through, the server is asked every few seconds. What is told becomes the events `desk:changed`,
// `desk:presence` and `desk:read` (by the customer of a chat, or by us).
import { siteRoot } from "./site_root.js";

const STREAM = `${siteRoot}/desk/live`;
const CHANGES = `${STREAM}/changes`;
const ASK_EVERY_MS = 4000;
// So many failures in a row before it is asked instead; after a while the stream is tried again.
const FAILURES = 2;
const STREAM_AGAIN_MS = 120000;

const tabs = "BroadcastChannel" in window ? new BroadcastChannel("desk-live") : null;

export function startLive() {
  tabs?.addEventListener("message", (event) => tell(event.data));
  if (navigator.locks) navigator.locks.request("desk-live", () => new Promise(() => listen()));
  else listen();
}

const tellAll = (change) => {
  tell(change);
  tabs?.postMessage(change);
};

function tell(change) {
  const name = { presence: "desk:presence", read: "desk:read" }[change.kind] ?? "desk:changed";
  document.dispatchEvent(new CustomEvent(name, { detail: change }));
}

function listen() {
  const source = new EventSource(STREAM);
  let failures = 0;
  let wasConnected = false;
  source.addEventListener("connected", () => {
    failures = 0;
    // What happened in between is not known.
    if (wasConnected) tellAll({});
    wasConnected = true;
  });
  source.addEventListener("change", (event) => tellAll(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    failures += 1;
    if (failures < FAILURES && source.readyState !== EventSource.CLOSED) return;
    source.close();
    ask(performance.now() + STREAM_AGAIN_MS);
  });
}

async function ask(until, cursor = "") {
  let next = cursor;
  try {
    const answer = await fetch(next ? `${CHANGES}?after=${next}` : CHANGES, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      const told = await answer.json();
      next = told.cursor;
      // The first time it is not known since when.
      if (!cursor) tellAll({});
      told.changes.forEach(tellAll);
    }
  } catch {
    // Not connected: the next time tells.
  }
  if (performance.now() > until) listen();
  else setTimeout(() => ask(until, next), ASK_EVERY_MS);
}
