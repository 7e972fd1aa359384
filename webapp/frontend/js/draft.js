// What is typed into a text of several lines survives a reload, a look at another page and a new log-in. It stays in this tab
// of this browser, under the name of the person, and is gone with the tab, with "New conversation" and with logging out.
const PREFIX = "draft-";
const changed = (box) => box.dispatchEvent(new Event("input", { bubbles: true }));

export function keepDraft(box, clearButton) {
  const key = PREFIX + box.dataset.draft;
  const refresh = () => {
    clearButton.hidden = box.value === "";
  };
  // What the server sent along, or the browser brought back by itself, is newer than what was kept.
  const restore = () => {
    box.value ||= read(key);
    refresh();
    if (box.value && !document.querySelector("#reading .turn")) box.form.requestSubmit();
  };
  // By then htmx, which begins in a timeout too, takes care of the form.
  window.addEventListener("load", () => setTimeout(restore), { once: true });
  box.addEventListener("input", () => {
    write(key, box.value);
    refresh();
  });
  clearButton.addEventListener("click", () => {
    box.value = "";
    changed(box);
    box.focus();
  });
}

// Enter begins a new line here; with Ctrl or Cmd it sends.
export function sendByKey(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
}

export function forgetDraftsOnLogout() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-logout]")) return;
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    } catch {
      // Nothing could be kept either.
    }
  });
}

function read(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function write(key, text) {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // A browser without storage: the text stays in its box.
  }
}
