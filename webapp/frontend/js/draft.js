// What is typed into a text of several lines survives a reload, a look at another page and a new log-in. It stays in this tab
// of this browser, under the name of the person, and is gone with the tab, with "New conversation" and with logging out.
const PREFIX = "draft-";
const changed = (box) => box.dispatchEvent(new Event("input", { bubbles: true }));

export function keepDraft(box, clearButton) {
  const key = PREFIX + box.dataset.draft;
  // Which side is which is part of what was typed.
  const swappedKey = `${key}-swapped`;
  const reading = document.querySelector("#reading");
  const swapped = () => reading.querySelector("input[name=swapped]");
  const rememberSides = () => {
    if (reading.querySelector(".turn")) write(swappedKey, swapped() ? "1" : "");
  };
  const refresh = () => {
    clearButton.hidden = box.value === "";
  };
  // What the server sent along, or the browser brought back by itself, is newer than what was kept.
  const restore = () => {
    box.value ||= read(key);
    refresh();
    if (!box.value || reading.querySelector(".turn")) return rememberSides();
    if (read(swappedKey) && !swapped()) reading.append(sidesField(box.form));
    box.form.requestSubmit();
  };
  // By then htmx, which begins in a timeout too, takes care of the form.
  window.addEventListener("load", () => setTimeout(restore), { once: true });
  box.addEventListener("input", () => {
    write(key, box.value);
    if (!box.value) write(swappedKey, "");
    refresh();
  });
  new MutationObserver(rememberSides).observe(reading, { childList: true });
  clearButton.addEventListener("click", () => {
    box.value = "";
    changed(box);
    box.focus();
  });
}

// As the page has it once a conversation was read with its sides swapped.
function sidesField(form) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "swapped", value: "1" });
  field.setAttribute("form", form.id);
  return field;
}

// Enter begins a new line here; with Ctrl or Cmd it sends.
export function sendByKey(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
}

// Replies whose draft did not reach the server outlive the tab, until they do or somebody logs out.
export const keptText = (name) => read(PREFIX + name, "localStorage");
export const keepText = (name, text) => write(PREFIX + name, text, "localStorage");
export const forgetText = (name) => write(PREFIX + name, "", "localStorage");

export function forgetDraftsOnLogout() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-logout]")) return;
    for (const kind of ["sessionStorage", "localStorage"]) {
      try {
        const storage = window[kind];
        for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) storage.removeItem(key);
      } catch {
        // Nothing could be kept either.
      }
    }
  });
}

function read(key, kind = "sessionStorage") {
  try {
    return window[kind].getItem(key) ?? "";
  } catch {
    return "";
  }
}

function write(key, text, kind = "sessionStorage") {
  try {
    if (text) window[kind].setItem(key, text);
    else window[kind].removeItem(key);
  } catch {
    // A browser without storage: the text stays in its box.
  }
}
