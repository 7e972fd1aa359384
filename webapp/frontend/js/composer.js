// Writing a reply or a note: kept while one types, sent without leaving the page, taken back for some seconds.
import { startChecking } from "./checking.js";
import { forgetText, keepText, keptText } from "./draft.js";
import { sendUntilTaken } from "./resending.js";
import { phrase, say } from "./toast.js";

const SAVE_MS = 800;
const json = { Accept: "application/json" };

export function startComposer(form) {
  const box = form.querySelector("textarea");
  const state = form.querySelector("[data-draft-state]");
  const key = box.dataset.draftKey;
  const token = form.querySelector("[name=csrf_token]").value;
  // Under which key a text went out that may have arrived or not.
  const tried = `${key}-key`;
  let saving;
  let sending = false;
  let onItsWay = null;

  // What this browser has and the server has not: the connection was lost, or the page was left within a second.
  const kept = keptText(key);
  if (kept && kept !== box.value && !box.value) box.value = kept;
  if (kept && keptText(tried)) form.elements.key.value = keptText(tried);
  else if (kept === box.value) forgetText(key);

  const body = () => new FormData(form);
  const withoutFiles = () => {
    const data = body();
    data.delete("file");
    return new URLSearchParams(data);
  };

  async function save() {
    clearTimeout(saving);
    try {
      const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: withoutFiles(), headers: json });
      if (!answer.ok) throw new Error(String(answer.status));
      if (!keptText(tried)) forgetText(key);
      state.textContent = box.value ? form.dataset.kept : "";
    } catch {
      keepText(key, box.value);
      state.textContent = form.dataset.notKept;
    }
  }
  const saveSoon = () => {
    onItsWay?.stop();
    keepText(key, box.value);
    state.textContent = "";
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_MS);
  };
  box.addEventListener("input", saveSoon);
  const checking = startChecking(form, box);
  form.addEventListener("change", (event) => {
    if (event.target.name === "kind" && box.value) saveSoon();
  });
  window.addEventListener("online", () => box.value && save());
  // Who leaves now would believe that it was sent.
  window.addEventListener("beforeunload", (event) => onItsWay && state.textContent && event.preventDefault());
  window.addEventListener("pagehide", () => {
    if (!box.value || sending) return;
    if (!navigator.sendBeacon(form.dataset.draftUrl, withoutFiles())) keepText(key, box.value);
  });

  async function send(anyway = false) {
    if (sending || !box.value.trim()) {
      onItsWay?.again();
      return box.focus();
    }
    sending = true;
    if (!(await checking.passes())) {
      sending = false;
      return;
    }
    clearTimeout(saving);
    const data = withoutFiles();
    data.set("step", "send");
    if (anyway) data.set("anyway", "1");
    onItsWay = sendUntilTaken(form.action, { method: "POST", body: data, headers: json }, () => {
      keepText(key, box.value);
      keepText(tried, data.get("key"));
      state.textContent = form.dataset.sendingAgain;
    });
    try {
      const answer = await onItsWay.answer;
      // Changed meanwhile: whether the first text has arrived is known when this one is sent.
      if (answer === null) return;
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const told = await answer.json();
      if (told.ask) ask(told);
      else sent(told, data.get("text"));
    } catch {
      keepText(key, box.value);
      state.textContent = "";
      say(form.dataset.tooLate);
    } finally {
      sending = false;
      onItsWay = null;
    }
  }

  function sent(told, text) {
    forgetText(tried);
    renew(form, told);
    if (told.earlier || box.value !== text) {
      // What was written since is another message.
      saveSoon();
      say(form.dataset.sentEarlier);
    } else {
      forgetText(key);
      box.value = "";
      checking.clear();
      form.querySelector("[data-draft-files]").replaceChildren();
      for (const field of form.querySelectorAll("[name=document]")) field.remove();
    }
    state.textContent = "";
    form.querySelector(".composer__ask")?.remove();
    announce();
    if (told.undo) offerUndo(told.undo, told.seconds);
    box.focus();
  }

  const bar = document.querySelector("[data-undo-bar]");
  let undoUrl = "";
  let hiding;
  function offerUndo(url, seconds) {
    undoUrl = url;
    bar.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => {
      bar.hidden = true;
      announce();
    }, seconds * 1000);
  }
  bar.querySelector("[data-undo]").addEventListener("click", async () => {
    bar.hidden = true;
    clearTimeout(hiding);
    try {
      const answer = await fetch(undoUrl, { method: "POST", body: new URLSearchParams({ csrf_token: token }), headers: json });
      if (!answer.ok) throw new Error(String(answer.status));
      const { text, files } = await answer.json();
      if (text === null) return say(form.dataset.gone);
      // What was begun meanwhile stays behind it.
      box.value = box.value.trim() ? `${text}\n\n${box.value}` : text;
      form.querySelector("[data-draft-files]").innerHTML = files;
      form.querySelector("[name=kind][value=reply]").checked = true;
      if (box.value !== text) saveSoon();
      box.focus();
      announce();
    } catch {
      say(phrase("unreached"));
    }
  });

  const dialog = document.querySelector("[data-ask]");
  function ask({ ask: kind, shown }) {
    dialog.querySelector("[data-ask-colleague]").hidden = kind !== "colleague";
    dialog.querySelector("[data-ask-recipient]").hidden = kind !== "recipient";
    dialog.setAttribute("aria-labelledby", kind === "colleague" ? "ask-title" : "ask-title-recipient");
    dialog.querySelector("[data-ask-shown]").textContent = shown;
    dialog.showModal();
    announce();
  }
  dialog.querySelector("[data-ask-keep]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-ask-anyway]").addEventListener("click", () => {
    dialog.close();
    send(true);
  });
  dialog.addEventListener("close", () => box.focus());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.name === "anyway");
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      // Out of the text, to where single keys work; not into the search box, which Escape means elsewhere.
      event.stopPropagation();
      document.querySelector("#timeline").focus({ preventScroll: true });
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  });
  attach(form);
  takeInserts(form, box, saveSoon, send);
}

const conversationId = () => document.querySelector("[data-conversation-id]").dataset.conversationId;
const announce = () => document.dispatchEvent(new CustomEvent("desk:changed", { detail: { conversation: conversationId() } }));

// The next message is another one, and what was sent has been seen.
function renew(form, told) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  form.elements.key.value = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.elements.last_seen.value = told.id;
  form.elements.recipient.value = told.recipient;
}

function attach(form) {
  const list = form.querySelector("[data-draft-files]");
  const input = form.querySelector("[data-files]");
  const csrf = form.querySelector("[name=csrf_token]").value;
  const post = async (url, data) => {
    data.set("csrf_token", csrf);
    try {
      const answer = await fetch(url, { method: "POST", body: data, headers: json });
      if (!answer.ok) throw new Error(String(answer.status));
      const { html, refused } = await answer.json();
      list.innerHTML = html;
      if (refused.length) say(refused.join(" "));
    } catch {
      say(phrase("unreached"));
    }
  };
  input.addEventListener("change", async () => {
    const data = new FormData();
    for (const file of input.files) data.append("file", file);
    await post(form.dataset.filesUrl, data);
    input.value = "";
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-file]");
    if (!button) return;
    event.preventDefault();
    post(button.formAction, new FormData());
  });
}

// Text from articles, tickets and macros comes at the cursor; templates/macros/desk.html says what the event holds. Links are
// written with their addresses, which every channel can show.
function takeInserts(form, box, changed, send) {
  document.addEventListener("desk:insert", (event) => {
    const { insert, text, link, document: name } = event.detail ?? {};
    const words = (insert || text || link || "").trim();
    if (!words) return;
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end, value } = box;
    const before = start > 0 && !/\s$/.test(value.slice(0, start)) ? "\n\n" : "";
    const after = value.slice(end) && !/^\s/.test(value.slice(end)) ? "\n\n" : "";
    box.setRangeText(before + words + after, start, end, "end");
    if (name) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "document", value: name });
      form.append(field);
    }
    form.querySelector("[name=kind][value=reply]").checked = true;
    changed();
    box.focus();
    if (event.detail.send) send();
  });
}
