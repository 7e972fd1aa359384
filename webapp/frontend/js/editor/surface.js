// What the text is written in: CodeMirror over the form's textarea. It stands in a shadow root, where its styles are constructed
// sheets, which the page's policy allows. Tab leaves it, as it leaves any field; the textarea stays the field that is sent.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { minHeight: "24rem", maxHeight: "75vh", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { overflow: "auto", fontFamily: "var(--font-mono), var(--font)", lineHeight: "1.65" },
  ".cm-content": { padding: "0.75rem", caretColor: "var(--ink)", minHeight: "22rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--ink) 20%, transparent) !important" },
  ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)" },
});
const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], textDecoration: "underline" },
  { tag: [tags.processingInstruction, tags.meta, tags.contentSeparator], color: "var(--ink-soft)" },
]);

// changed: called after each change of the text; keys: further key bindings; handlers: of paste and drop, true where they took it.
export function openSurface(textarea, place, { label, changed, keys, handlers }) {
  place.className = "editor-surface";
  const root = place.attachShadow({ mode: "open" });
  const described = document.querySelector("#body-error")?.textContent.trim();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        history(),
        drawSelection(),
        EditorView.lineWrapping,
        EditorState.allowMultipleSelections.of(false),
        markdown(),
        syntaxHighlighting(colours),
        highlightSelectionMatches(),
        look,
        keymap.of([...keys, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": described ? `${label}. ${described}` : label, lang: textarea.lang, spellcheck: "true", autocapitalize: "sentences" }),
        EditorView.domEventHandlers(handlers),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          changed();
        }),
      ],
    }),
  });
  textarea.hidden = true;
  document.querySelector("#body-label").addEventListener("click", () => view.focus());
  return {
    get text() {
      return view.state.doc.toString();
    },
    get selection() {
      const { from, to } = view.state.selection.main;
      return { from, to };
    },
    replace(from, to, text, select = [text.length, text.length]) {
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + select[0], head: from + select[1] }, scrollIntoView: true });
    },
    select(from, to) {
      const end = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
    language: (tag) => view.contentDOM.setAttribute("lang", tag),
  };
}
