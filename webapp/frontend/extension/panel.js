// The panel of the extension: the desk's own page in a frame, which is handed the token and the texts of the page beside it. The rep's
// token stays in the extension's store; neither the page beside it nor its scripts can reach it.
const frame = document.querySelector("iframe");
const form = document.querySelector("form");
const box = document.querySelector("input");
const { local } = chrome.storage;
let desk = "";

start();

async function start() {
  ({ desk } = await (await fetch(chrome.runtime.getURL("config.json"))).json());
  for (const element of document.querySelectorAll("[data-message]")) {
    element.textContent = chrome.i18n.getMessage(element.dataset.message);
  }
  const language = chrome.i18n.getUILanguage();
  document.documentElement.lang = language;
  document.querySelector("a").href = `${desk}/desk/extension`;
  await local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
  frame.src = `${desk}/desk/panel/framed?lang=${encodeURIComponent(language)}`;
}

window.addEventListener("message", async (event) => {
  if (event.source !== frame.contentWindow || event.origin !== desk) return;
  const { kb, what, as, text, markdown, link, refused } = event.data ?? {};
  if (kb === "ready") await connect();
  else if (kb === "token-needed") await (refused ? ask() : handToken());
  else if (kb === "read") await read(what);
  else if (kb === "insert") await insert({ text, markdown, link }[as]);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await local.set({ token: box.value.trim() });
  box.value = "";
  await connect();
});
chrome.runtime.onMessage.addListener(async ({ kb, windowId }, sender) => {
  if (sender.id !== chrome.runtime.id || kb !== "clicked") return;
  if ((await chrome.windows.getCurrent()).id === windowId) await read("selection", { silent: true });
});

const send = (message) => frame.contentWindow.postMessage(message, desk);

async function connect() {
  if (await handToken()) await read("selection", { silent: true });
}

async function handToken() {
  const { token } = await local.get("token");
  form.hidden = Boolean(token);
  if (token) send({ kb: "token", token });
  else box.focus();
  return Boolean(token);
}

// The token is worth nothing (any more).
async function ask() {
  await local.remove("token");
  form.hidden = false;
  box.focus();
}

async function read(what, { silent = false } = {}) {
  const text = await onPage((name) => globalThis.kbPage[name](), what === "conversation" ? "readConversation" : "readSelection");
  if (text === null) {
    if (!silent) send({ kb: "failed", reason: "no_access" });
  } else if (text || !silent) {
    send({ kb: what === "conversation" ? "conversation" : "search", text });
  }
}

async function insert(text) {
  if (typeof text !== "string") return;
  const reason = await onPage((given) => globalThis.kbPage.insertText(given), text);
  send(reason === "" ? { kb: "inserted" } : { kb: "failed", reason: reason ?? "no_access" });
}

// Runs in the page that is in front; null where the extension may not look at it.
async function onPage(work, ...args) {
  try {
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
    const target = { tabId: tab.id };
    await chrome.scripting.executeScript({ target, files: ["page.js"] });
    const [{ result }] = await chrome.scripting.executeScript({ target, func: work, args });
    return result;
  } catch {
    return null;
  }
}
