// Talks with the page that frames the panel, see docs/side-panel.md. Heard is only the window around, and only from an origin that the
// server has named; answered is only the origin that was heard.
const LONGEST = 200_000;

// Handlers by the name of the message. Returns null where no page is around.
export function connectHost(origins, handlers) {
  if (window.parent === window) return null;
  let host = "";
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    const message = event.data;
    if (typeof message !== "object" || message === null || !Object.hasOwn(handlers, message.kb)) return;
    host = event.origin;
    handlers[message.kb](message);
  });
  return {
    // Says nothing but that the panel is there: to the page around, if it is one of those that may frame it.
    announce: () => {
      const around = window.location.ancestorOrigins?.[0];
      const heard = origins.includes(around) ? [around] : around ? [] : origins;
      for (const origin of heard) window.parent.postMessage({ kb: "ready", version: 1 }, origin);
    },
    send: (message) => {
      if (host) window.parent.postMessage(message, host);
    },
  };
}

// A text of a message, "" for what is none or has no end.
export const textOf = (value) => (typeof value === "string" && value.length <= LONGEST ? value.trim() : "");
