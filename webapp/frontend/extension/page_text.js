// What the extension does in a page: reads the selected text or the conversation that is shown, and puts text where the cursor is.
// It changes nothing else, and what it puts in is text, never markup.
const LONGEST = 100_000;
const LINE_INPUTS = new Set(["text", "search", "url", "email", "tel", ""]);
const NOT_SAID = "script, style, noscript, template, svg, input, textarea, select, button, nav, header, footer, aside, [hidden], [aria-hidden=true]";
const IN_LINE = /^(inline|contents|ruby)/;

// The element with the cursor, within frames of this site and within components.
function focused(root) {
  let element = root.activeElement;
  for (;;) {
    const inner = element?.shadowRoot?.activeElement ?? frameOf(element)?.activeElement;
    if (!inner || inner === element) return element;
    element = inner;
  }
}

function frameOf(element) {
  try {
    return element?.contentDocument ?? null;
  } catch {
    return null;
  }
}

export function isTextBox(element) {
  if (!element || element.disabled || element.readOnly) return false;
  if (element.localName === "textarea") return true;
  if (element.localName === "input") return LINE_INPUTS.has((element.getAttribute("type") ?? "").toLowerCase());
  return element.isContentEditable === true;
}

export function readSelection(root = document) {
  const element = focused(root);
  if (["textarea", "input"].includes(element?.localName)) {
    if (!isTextBox(element) && !element.readOnly) return "";
    try {
      return element.value.slice(element.selectionStart ?? 0, element.selectionEnd ?? 0).trim().slice(0, LONGEST);
    } catch {
      return "";
    }
  }
  const page = element?.ownerDocument ?? root;
  return (page.getSelection()?.toString() ?? "").trim().slice(0, LONGEST);
}

// The conversation that is open: what the page marks as one, else its log or feed, else its main part. The end is kept where it is long.
export function readConversation(root = document) {
  const place = ["[data-kb-conversation]", "[role=log]", "[role=feed]", "main, [role=main]", "body"]
    .map((selector) => [...root.querySelectorAll(selector)].find((element) => isShown(element) && element.textContent.trim()))
    .find(Boolean);
  if (!place) return "";
  const lines = [];
  gather(place, lines, { open: false });
  return lines
    .map((line) => line.replace(/[ \t\u00a0]+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
    .slice(-LONGEST);
}

const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;

function gather(node, lines, line) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      const text = child.data.replace(/\s+/g, " ");
      if (line.open) lines[lines.length - 1] += text;
      else if (text.trim()) {
        lines.push(text);
        line.open = true;
      }
    } else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(NOT_SAID) && child.isContentEditable !== true && isShown(child)) {
      if (child.localName === "br") {
        line.open = false;
        continue;
      }
      const apart = !IN_LINE.test(child.ownerDocument.defaultView.getComputedStyle(child).display);
      if (apart) line.open = false;
      gather(child, lines, line);
      if (apart) line.open = false;
    }
  }
}

// Puts `text` where the cursor is. Returns "" or why not: "no_box" (there is no text box with the cursor in it), "too_long" (the box takes
// less than that; nothing was put in).
export function insertText(text, root = document) {
  const element = focused(root);
  if (!isTextBox(element)) return "no_box";
  element.focus();
  if (element.isContentEditable) return insertIntoEditor(element, text);
  const fitting = element.localName === "input" ? text.replace(/\s*\n\s*/g, " ").trim() : text;
  const start = element.selectionStart ?? element.value.length;
  const end = element.selectionEnd ?? element.value.length;
  if (element.maxLength >= 0 && element.value.length - (end - start) + fitting.length > element.maxLength) return "too_long";
  const before = element.value;
  // As if it were typed: it can be taken back with Ctrl+Z, and the page hears of it.
  if (!element.ownerDocument.execCommand("insertText", false, fitting) || element.value === before) {
    try {
      element.setRangeText(fitting, start, end, "end");
    } catch {
      element.value = before + fitting;
    }
    tell(element, fitting);
  }
  return "";
}

function insertIntoEditor(element, text) {
  const page = element.ownerDocument;
  const selection = page.getSelection();
  if (!selection.rangeCount || !element.contains(selection.anchorNode)) {
    selection.selectAllChildren(element);
    selection.collapseToEnd();
  }
  const before = element.textContent;
  if (page.execCommand("insertText", false, text) && element.textContent !== before) return "";
  const range = selection.getRangeAt(0);
  range.deleteContents();
  const pieces = text.split("\n").flatMap((line, place) => (place ? [page.createElement("br"), line] : [line]));
  const fragment = page.createDocumentFragment();
  fragment.append(...pieces);
  range.insertNode(fragment);
  range.collapse(false);
  tell(element, text);
  return "";
}

function tell(element, data) {
  element.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data }));
}
