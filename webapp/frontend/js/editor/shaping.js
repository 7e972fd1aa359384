// What the buttons above the text do with what is chosen in it.
const around = { bold: ["**", "**"], italic: ["_", "_"], code: ["`", "`"] };
const before = { heading: () => "## ", list: () => "- ", steps: (place) => `${place + 1}. `, quote: () => "> " };
const TABLE = "| … | … |\n|---|---|\n| … | … |\n";

export function shape(surface, act) {
  const { from, to } = surface.selection;
  const text = surface.text;
  const chosen = text.slice(from, to);
  if (act in around) {
    const [open, close] = around[act];
    surface.replace(from, to, `${open}${chosen}${close}`, [open.length, open.length + chosen.length]);
  } else if (act in before) {
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const after = text.indexOf("\n", to);
    const end = after < 0 ? text.length : after;
    const lines = text.slice(start, end).split("\n");
    const marked = lines.map((line, place) => `${before[act](place)}${line.replace(/^(?:#{1,6} |[-*] |\d+\. |> )/, "")}`).join("\n");
    surface.replace(start, end, marked);
  } else if (act === "table" || act === "tip") {
    putBlock(surface, act === "table" ? TABLE : `> [!TIP]\n> ${chosen || "…"}\n`);
  }
  surface.focus();
}

// A block of its own: with an empty line before it and after it.
export function putBlock(surface, block) {
  const { from, to } = surface.selection;
  const head = surface.text.slice(0, from);
  const lead = !head || head.endsWith("\n\n") ? "" : head.endsWith("\n") ? "\n" : "\n\n";
  surface.replace(from, to, `${lead}${block.replace(/\n*$/, "\n")}\n`);
}

export function putLink(surface, title, address) {
  const { from, to } = surface.selection;
  const words = (surface.text.slice(from, to) || title).replace(/[[\]\\]/g, "\\$&");
  surface.replace(from, to, `[${words}](${address})`);
  surface.focus();
}

// For a textarea, where CodeMirror does not start.
export function plainSurface(textarea) {
  return {
    get text() {
      return textarea.value;
    },
    get selection() {
      return { from: textarea.selectionStart, to: textarea.selectionEnd };
    },
    replace(from, to, text, select = [text.length, text.length]) {
      textarea.setRangeText(text, from, to, "end");
      textarea.setSelectionRange(from + select[0], from + select[1]);
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
    select(from, to) {
      textarea.focus();
      textarea.setSelectionRange(from, to);
    },
    focus: () => textarea.focus(),
    language: (tag) => textarea.setAttribute("lang", tag),
  };
}
