// The dialog that finds an article to link to. Arrow keys and Tab go through what is found, Enter takes it, Escape closes.
import { putLink } from "./shaping.js";

export function startLinks(form, surface) {
  const dialog = document.querySelector("[data-links]");
  const words = dialog.querySelector("input");
  const list = dialog.querySelector("[data-link-list]");
  const said = dialog.querySelector("[data-link-said]");
  let asked = 0;
  let waiting = 0;

  async function find() {
    const number = ++asked;
    const query = new URLSearchParams({ q: words.value, language: form.elements.language.value });
    const answer = await fetch(`${form.dataset.linksUrl}?${query}`, { credentials: "same-origin" }).catch(() => null);
    if (number !== asked) return;
    if (!answer?.ok) return void (said.textContent = form.dataset.unreached);
    const found = await answer.json();
    said.textContent = found.length || !words.value.trim() ? "" : form.dataset.nothing;
    list.replaceChildren(
      ...found
        .filter((one) => String(one.id) !== form.elements.article.value)
        .map((one) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "button button--quiet";
          button.lang = form.elements.language.value;
          button.textContent = one.state ? `${one.title} (${one.state})` : one.title;
          button.addEventListener("click", () => {
            dialog.close();
            putLink(surface(), one.title, one.link);
          });
          const item = document.createElement("li");
          item.append(button);
          return item;
        }),
    );
  }
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 200);
  });
  dialog.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    if (event.key === "Enter" && event.target === words) {
      event.preventDefault();
      buttons[0]?.click();
    }
    if (event.key === "Escape") {
      event.preventDefault(); // a field of search would only be emptied
      dialog.close();
    }
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !buttons.length) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (buttons[Math.min(at, buttons.length - 1)] ?? words).focus();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => surface().focus());
  return () => {
    const { from, to } = surface().selection;
    words.value = surface().text.slice(from, to).slice(0, 200);
    list.replaceChildren();
    dialog.showModal();
    words.select();
    if (words.value) find();
  };
}
