"""The blocks written down again, so that the renderer cannot misread them: bodies of items indented by four, blocks apart.

What the renderer has no words for (notes, code, tabs, folded parts) is put away as HTML in its stash; it is cleaned like
all the rest.
"""

import re
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from kb.articles.dialects.blocks import deepen_lists, read_blocks
from kb.articles.dialects.headers import Header, read_header
from kb.articles.dialects.inline import InlineReader, Stash
from kb.articles.dialects.notices import Notice
from kb.articles.dialects.scanning import Expanded
from kb.articles.dialects.templates import expand_templates

# Around what the renderer's tree is told of a block: a control character is in no article.
MARK = "\x02kb-{}\x03"
_ID = re.compile(r"[ \t]*(?:\{:?[ \t]*([^{}\n]{1,300})\}|\{/\*[ \t]*(#[^\s{}*]{1,200})[ \t]*\*/\})[ \t]*$")
_CALLOUT = re.compile(r"\[!([\w-]{1,40})\]([+-]?)[ \t]*([^\n]*)\n?")
_TOC_LINE = re.compile(r"(?:\[TOC\]|\[\[?_?TOC_?\]?\]|\$\{toc\}|@\[toc\]|\{:?toc\}|\{\{?toc\}?\})\s*$", re.IGNORECASE)
_HEADING_START = re.compile(r"^(?=#)", re.MULTILINE)


@dataclass
class _Frame:
    """What is open: its blocks so far, each as lines, and whether the blank line before it may be left out."""

    token: Token | None
    blocks: list[list[str]] = field(default_factory=list)
    close: list[str] = field(default_factory=list)  # HTML that ends it
    number: int = 1
    tight: bool = False


def to_plain_dialect(body: str, stash: Stash) -> tuple[str, list[Notice]]:
    """Text for the renderer, and what had to be left out. Raises TooDeepError.

    `stash` takes HTML and gives what stands for it in the text.
    """
    expanded = expand_templates(body)
    writer = _Writer(stash, expanded)
    return writer.write(read_blocks(deepen_lists(expanded.text))), expanded.notices


class _Writer:
    def __init__(self, stash: Stash, expanded: Expanded) -> None:
        self.stash = stash
        self.line_of = expanded.line_of
        self.notices = expanded.notices
        self.line = 1
        self.inline = InlineReader(stash, expanded.footnotes, expanded.text, self._note)
        self.frames = [_Frame(None)]

    def _note(self, kind: str, what: str) -> None:
        self.notices.append(Notice(self.line, kind, what))

    def write(self, tokens: list[Token]) -> str:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.map:
                self.line = self.line_of(token.map[0])
            if token.type == "table_open":
                position = self._table(tokens, position)
            elif token.type == "heading_open":
                self._heading(tokens[position + 1].content, int(token.tag[1]))
                position += 3
            elif token.type == "paragraph_open":
                self._paragraph(tokens[position + 1].content, token.hidden)
                position += 3
            else:
                self._other(token)
                position += 1
        while len(self.frames) > 1:
            self._close()
        return "\n".join(self._join(self.frames[0]))

    def _other(self, token: Token) -> None:
        if token.type in {"fence", "code_block"}:
            self._code(token)
        elif token.type == "html_block":
            self._put([self.stash(self.inline.html(token.content.rstrip("\n")))])
        elif token.type == "hr":
            self._put([self.stash("<hr>")])
        elif token.type == "kb_container_open":
            self._open_container(token)
        elif token.nesting == 1:
            self.frames.append(_Frame(token, number=_number(token)))
        elif token.nesting == -1:
            self._close()

    def _put(self, lines: list[str]) -> None:
        self.frames[-1].blocks.append(lines)

    def _paragraph(self, content: str, tight: bool) -> None:
        frame = self.frames[-1]
        frame.tight = frame.tight or tight
        if frame.token is not None and frame.token.type == "blockquote_open" and not frame.blocks and not frame.close:
            content = self._callout(content, frame)
        if content.strip() and not _TOC_LINE.match(content):
            text = self.inline.rewrite(content)
            if text.strip():
                self._put(_HEADING_START.sub(r"\\", text).split("\n"))

    def _heading(self, content: str, level: int) -> None:
        content, identifier = _take_id(content)
        text = self.inline.rewrite(content).replace("\n", " ").strip()
        if not text:
            return
        if text.endswith("#"):
            text = f"{text[:-1]}&#35;"
        self._put([f"{'#' * level} {text}{MARK.format(f'id:{identifier}') if identifier else ''}"])

    def _code(self, token: Token) -> None:
        header = read_header(token.info) if token.type == "fence" else Header("")
        language = re.sub(r"[^A-Za-z0-9_+#-].*$", "", header.name.removeprefix("language-"))[:30]
        title = header.values.get("title") or header.values.get("filename") or header.values.get("name") or ""
        code = escape(token.content, quote=False)
        opening = f'<pre><code class="language-{escape(language)}">' if language else "<pre><code>"
        if title:
            self._put([self._titled("part-title", title)])
        self._put([self.stash(f"{opening}{code}</code></pre>")])

    def _titled(self, kind: str, title: str) -> str:
        return MARK.format(f"p:{kind}") + self.inline.rewrite(" ".join(title.split()))

    def _callout(self, content: str, frame: _Frame) -> str:
        """`> [!NOTE]` and Obsidian's `> [!faq]- Title`: the quotation becomes a note."""
        found = _CALLOUT.match(content)
        if found is None:
            return content
        folded = {"-": "closed", "+": "open"}.get(found[2], "")
        self._begin(frame, Header(found[1], title=found[3].strip() or None), folded, is_note=True)
        return content[found.end() :]

    def _open_container(self, token: Token) -> None:
        frame = _Frame(token)
        self.frames.append(frame)
        folded = {"???": "closed", "???+": "open"}.get(token.markup, "")
        header = read_header(token.info)
        if token.markup.startswith("==="):
            header = Header("tab", title=header.text)
        self._begin(frame, header, folded, is_note=token.markup in {"!!!", "???", "???+"})

    def _begin(self, frame: _Frame, header: Header, folded: str, *, is_note: bool = False) -> None:
        """Open the HTML of a note, a folded part or a titled one; of a mere group nothing is seen."""
        kind = header.kind
        if kind == "group" or (is_note and kind == "part"):
            kind = "note" if is_note else "part" if header.title and header.name else "group"
        if kind == "group":
            return
        if folded or kind == "details":
            state = " open" if folded == "open" or (not folded and "open" in header.words) else ""
            frame.blocks.append([self.stash(f"<details{state}>")])
            title = (
                header.title if header.title is not None else ("" if kind == "details" else header.name.capitalize())
            )
            if title:
                frame.blocks.append([self._titled("summary", title)])
            frame.close.append("</details>")
        elif kind == "part":
            frame.blocks.append([self.stash('<div class="part">')])
            if header.title:
                frame.blocks.append([self._titled("part-title", header.title)])
            frame.close.append("</div>")
        else:
            frame.blocks.append([self.stash(f'<div class="admonition {kind}">')])
            if header.title is None:
                frame.blocks.append(
                    [self._titled("admonition-title of-kind", header.name.replace("-", " ").capitalize())]
                )
            elif header.title:
                frame.blocks.append([self._titled("admonition-title", header.title)])
            frame.close.append("</div>")

    def _table(self, tokens: list[Token], position: int) -> int:
        rows: list[list[str]] = []
        rule: list[str] = []
        while tokens[position].type != "table_close":
            token = tokens[position]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                rows[-1].append(_escape_bars(self.inline.rewrite(tokens[position + 1].content)))
                if token.type == "th_open":
                    rule.append(_RULES.get(str(token.attrGet("style") or ""), "---"))
            position += 1
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        self._put([lines[0], f"| {' | '.join(rule)} |", *lines[1:]])
        return position + 1

    def _close(self) -> None:
        frame = self.frames.pop()
        parent = self.frames[-1]
        kind = frame.token.type if frame.token is not None else ""
        if frame.close:
            frame.blocks.extend([self.stash(html)] for html in reversed(frame.close))
        if kind == "list_item_open":
            self._close_item(frame, parent)
        elif kind in {"bullet_list_open", "ordered_list_open"}:
            if parent.blocks and frame.blocks and _list_kind(parent.blocks[-1]) == _list_kind(frame.blocks[0]):
                parent.blocks.append([self.stash("<!-- -->")])  # two lists in a row, not one
            lines: list[str] = []
            # An item with an empty line in it would take the next one for its own.
            tight = frame.tight and not any("" in item for item in frame.blocks)
            for item in frame.blocks:
                if lines and not tight:
                    lines.append("")
                lines.extend(item)
            if lines:
                parent.blocks.append(lines)
        elif kind == "kb_footnote_open":
            assert frame.token is not None
            first, *rest = self._join(frame) or [""]
            parent.blocks.append([f"[^{frame.token.info}]: {first}", *_indent(rest)])
        elif kind == "blockquote_open" and not frame.close:
            parent.blocks.append([f"> {line}" if line else ">" for line in self._join(frame)])
        else:
            parent.blocks.extend(frame.blocks)

    def _close_item(self, frame: _Frame, parent: _Frame) -> None:
        parent.tight = parent.tight or frame.tight or not frame.blocks
        ordered = parent.token is not None and parent.token.type == "ordered_list_open"
        marker = f"{parent.number}." if ordered else "-"
        parent.number += 1
        if not frame.blocks or _is_block_start(frame.blocks[0][0]):
            frame.blocks.insert(0, [self.stash("")])
        first, *rest = self._join(frame, tight=frame.tight)
        parent.blocks.append([f"{marker:<3} {first}", *_indent(rest)])

    def _join(self, frame: _Frame, *, tight: bool = False) -> list[str]:
        """All lines of a frame, blocks apart by an empty line; in a tight item a list follows its text at once."""
        lines: list[str] = []
        for block in frame.blocks:
            if lines and not (tight and _list_kind(block) and len(frame.blocks) == 2):
                lines.append("")
            lines.extend(block)
        return lines


_RULES = {"text-align:left": ":---", "text-align:right": "---:", "text-align:center": ":---:"}


def _number(token: Token) -> int:
    start = token.attrGet("start")
    return int(start) if start is not None else 1


def _indent(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def _list_kind(block: list[str]) -> str:
    """ "-" or "1" for a list, "" for anything else."""
    found = re.match(r"(-)   |(1?)\d{1,9}\. ", block[0])
    return "" if found is None else found[1] or "1"


def _is_block_start(line: str) -> bool:
    return re.match(r"(?:-   |\d{1,9}\. |#|>|\|)", line) is not None


def _escape_bars(cell: str) -> str:
    """Bars of a cell that are none between cells; within code the renderer leaves them alone."""
    parts = re.split(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", cell.replace("\n", " "))
    out: list[str] = []
    for number in range(0, len(parts), 3):
        out.append(parts[number].replace("\\|", "|").replace("|", "&#124;"))
        if number + 2 < len(parts):
            out.append(f"{parts[number + 1]}{parts[number + 2]}{parts[number + 1]}")
    return "".join(out)


def _take_id(content: str) -> tuple[str, str]:
    """A heading without the attributes at its end, and the id among them."""
    found = _ID.search(content)
    if found is None:
        return content, ""
    words = (found[1] or found[2]).split()
    if not all(re.match(r"[.#:]?[\w-]+$|[\w:-]+=", word) for word in words) or not re.match(
        r"[.#:]|[\w:-]+=", words[0]
    ):
        return content, ""
    named = [word[1:] for word in words if word.startswith("#")]
    named += [word[3:].strip("\"'") for word in words if word.startswith("id=")]
    return content[: found.start()], re.sub(r"[\x02\x03\s]", "", named[0])[:200] if named else ""
