// The editor of articles. Without it the page is a form with a textarea; this adds the preview while one types, keeping, the
// buttons, pictures, links and CodeMirror.
import { startChecks } from "./editor/checks.js";
import { startKeeping } from "./editor/keeping.js";
import { startLinks } from "./editor/links.js";
import { plainSurface, putBlock, shape } from "./editor/shaping.js";

const form = document.querySelector("[data-editor]");
if (form) start(form);

async function start(form) {
  const textarea = form.elements.body;
  const said = form.querySelector("[data-said]");
  const shown = document.querySelector("[data-preview]");
  const picture = form.elements.picture;
  const token = form.elements.csrf_token.value;
  const say = (text) => void (said.textContent = text ?? "");
  let surface = plainSurface(textarea);
  for (const button of form.querySelectorAll("[data-without-scripts]")) button.hidden = true;

  // One request at a time: the next one begins when the last one has been shown.
  let previewing = false;
  let again = false;
  let waiting = 0;
  async function preview() {
    if (previewing) return void (again = true);
    previewing = true;
    again = false;
    const body = new FormData(form);
    body.delete("picture");
    try {
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body, credentials: "same-origin", redirect: "error" });
      if (answer.ok) shown.innerHTML = await answer.text();
    } catch {
      // The next change tries again.
    } finally {
      previewing = false;
      if (again) preview();
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(preview, 150);
  });
  const put = (text) => surface.replace(0, surface.text.length, text);
  const changed = startKeeping(form, { say, put });
  startChecks(form, {
    select: ({ field, start, end }) => {
      if (field === "body") surface.select(start, end);
      else {
        form.elements[field].focus();
        form.elements[field].setSelectionRange(start, end);
      }
    },
  });
  const openLinks = startLinks(form, () => surface);

  const ask = async (address, body) => {
    body.append("csrf_token", token);
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin", redirect: "error" });
    const found = await answer.json().catch(() => ({}));
    return answer.ok ? found : { problem: found.problem || form.dataset.unreached };
  };
  async function takePictures(files) {
    for (const file of files) {
      const body = new FormData();
      body.append("picture", file, file.name || "picture.png");
      say(form.dataset.picture);
      const found = await ask(form.dataset.pictureUrl, body).catch(() => ({ problem: form.dataset.unreached }));
      if (found.markdown) putBlock(surface, found.markdown);
      say(found.problem ?? form.dataset.putIn);
    }
    picture.value = "";
  }
  const picturesOf = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  function paste(event) {
    const html = event.clipboardData?.getData("text/html") ?? "";
    const plain = event.clipboardData?.getData("text/plain") ?? "";
    const pictures = picturesOf(event.clipboardData);
    // Word and Google Docs send a picture of the text beside it.
    if (pictures.length && !plain.trim()) {
      event.preventDefault();
      takePictures(pictures);
      return true;
    }
    if (!/<(?:p|h[1-6]|ul|ol|li|table|a|b|strong|em|i|img)\b/i.test(html) || /^\s*(?:#{1,6} |[-*] |\d+\. |```|---)/.test(plain)) return false;
    event.preventDefault();
    const body = new FormData();
    body.append("html", html);
    ask(form.dataset.markdownUrl, body)
      .catch(() => ({}))
      .then(({ markdown }) => {
        const { from, to } = surface.selection;
        surface.replace(from, to, markdown || plain);
      });
    return true;
  }
  function drop(event) {
    const pictures = picturesOf(event.dataTransfer);
    if (!pictures.length) return false;
    event.preventDefault();
    takePictures(pictures);
    return true;
  }
  textarea.addEventListener("paste", paste);
  textarea.addEventListener("drop", drop);
  picture.addEventListener("change", () => takePictures([...picture.files]));

  const act = (name) => (name === "link" ? openLinks() : name === "picture" ? picture.click() : shape(surface, name));
  const tools = form.querySelector("[data-tools]");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) act(button.dataset.act);
  });
  // One stop of the Tab key; arrows go through the buttons.
  tools.addEventListener("keydown", (event) => {
    const buttons = [...tools.querySelectorAll("[data-act]")];
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const to = buttons[(next + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === to ? 0 : -1;
    to.focus();
  });
  const save = () => form.requestSubmit(form.querySelector("button[name=step][value=save], button[name=step][value=keep]"));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    save();
  });
  textarea.addEventListener("keydown", (event) => {
    const name = { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (!name || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    act(name);
  });
  try {
    const { openSurface } = await import("./editor/surface.js");
    const key = (name) => () => {
      act(name);
      return true;
    };
    surface = openSurface(textarea, form.querySelector("[data-surface]"), {
      label: form.querySelector("[data-surface]").dataset.label,
      changed: () => textarea.dispatchEvent(new Event("input", { bubbles: true })),
      keys: [
        { key: "Mod-b", run: key("bold") },
        { key: "Mod-i", run: key("italic") },
        { key: "Mod-k", run: key("link") },
      ],
      handlers: { paste, drop },
    });
  } catch (error) {
    console.warn("The plain field is used.", error);
  }
  form.elements.language.addEventListener("change", () => {
    surface.language(form.elements.language.value);
    changed();
  });
}
