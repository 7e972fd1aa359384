"""Blocks as CommonMark and its dialects have them: what is a paragraph, a list, a table, a note, a tab.

Only the block rules of markdown-it-py are used: they say where things begin and end, by line. The rules below add what dialects
have beyond CommonMark, so that all of it is right within lists and quotations too.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import html_block
from markdown_it.token import Token

from kb.articles.dialects.names import HTML_TAGS

MAX_NESTING = 40

_FENCED = re.compile(r"(:{3,}|/{3,})[ \t]*(.*)$")
_INDENTED = re.compile(r"(!!!|\?\?\?\+?|===[!+]?)[ \t]+(.*)$")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,100})\]:[ \t]*")
_CODE_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_ONE_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)([^<>]*)>\s*$")
_FIRST_TAG = re.compile(r"</?([a-zA-Z][\w:-]*)")


_NUMBERED = re.compile(r"\d{1,9}[.)] +\S")
_SHALLOW = re.compile(r"( {1,2})(?:[-*+]|\d{1,9}[.)]) ")


class TooDeepError(Exception):
    """Blocks are nested deeper than anybody reads."""


def read_blocks(text: str) -> list[Token]:
    """Tokens in reading order with `map` (lines from 0). Raises TooDeepError."""
    return _parser().parse(text, {})


def deepen_lists(text: str) -> str:
    """Lists that are meant to be within a numbered item and are indented by one or two blanks, where CommonMark wants three."""
    if not _SHALLOW.search(text):
        return text
    lines = text.split("\n")
    in_item, shift, code = False, 0, ""
    for number, line in enumerate(lines):
        fence = _CODE_FENCE.match(line)
        if code:
            code = "" if fence and fence[1].startswith(code) and not line.strip().strip(code[0]) else code
        elif fence:
            code = fence[1]
        elif line[:1].strip():
            in_item, shift = _NUMBERED.match(line) is not None, 0
        elif in_item and not shift and (found := _SHALLOW.match(line)) and lines[number - 1].strip():
            shift = 3 - len(found[1])
        if shift and line.strip():
            lines[number] = " " * shift + line
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Holds no state while it works: all of that is in what is parsed."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING + 10})
    parser.enable("table")
    # Definitions of links and footnotes stay paragraphs: the renderer knows them.
    parser.disable("reference")
    parser.core.ruler.enableOnly(["normalize", "block"])
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("table", "kb_depth", _check_depth)
    parser.block.ruler.before("fence", "kb_fenced", _fenced, interrupts)
    parser.block.ruler.before("fence", "kb_indented", _indented, interrupts)
    parser.block.ruler.before("fence", "kb_footnote", _footnote, {"alt": ["paragraph"]})
    parser.block.ruler.at("html_block", _html, interrupts)
    return parser


def _check_depth(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    if state.level > MAX_NESTING:
        raise TooDeepError
    return False


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """HTML, if HTML has the tag. A closing tag, and an opening one that asks for Markdown, end it on their line."""
    line = _line(state, start)
    first = _FIRST_TAG.match(line)
    if first is not None and first[1].lower() not in HTML_TAGS:
        return False
    alone = _ONE_TAG.match(line)
    takes_markdown = alone is not None and (bool(alone[1]) or re.search(r"\bmarkdown\b", alone[3]) is not None)
    if takes_markdown and not state.is_code_block(start):
        if not silent:
            token = state.push("html_block", "", 0)
            token.map = [start, start + 1]
            token.content = line
            state.line = start + 1
        return True
    return html_block(state, start, end, silent)


def _fenced(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`:::note Title`, `::: {.tip}`, `/// details | Title`, up to the line that closes it; such blocks may be nested."""
    opening = _FENCED.match(_line(state, start))
    if opening is None or state.is_code_block(start):
        return False
    mark, header = opening[1][0], opening[2].strip()
    if not header:
        # One that closes nothing: a mark of its dialect all the same, and no text.
        if not silent:
            state.line = start + 1
        return mark == ":"
    if mark == "/" and not re.match(r"[\w-]+\s*(?:\||$|\{)", header):
        return False
    if silent:
        return True
    closing = _find_closing(state, start + 1, end, mark)
    last = min(closing, end)
    body = start + 1
    if mark == "/":
        while body < last and re.match(r"\s+[\w-]+:", state.src[state.bMarks[body] : state.eMarks[body]]):
            body += 1  # options
    inner = [state.sCount[n] for n in range(body, last) if not state.isEmpty(n)]
    indent = max(min(inner, default=state.blkIndent), 0)
    _container(state, header, mark, start, body, last, max(indent, state.blkIndent))
    state.line = min(closing + 1, end)
    return True


def _find_closing(state: StateBlock, start: int, end: int, mark: str) -> int:
    """The line that closes a block, or `end`. Code in it is passed over."""
    depth, code = 1, ""
    for number in range(start, end):
        line = _line(state, number)
        fence = _CODE_FENCE.match(line)
        if code:
            if fence and fence[1].startswith(code) and not line.strip().strip(code[0]):
                code = ""
        elif fence:
            code = fence[1]
        elif (found := _FENCED.match(line)) and found[1][0] == mark:
            depth += 1 if found[2].strip() else -1
            if depth == 0:
                return number
    return end


def _indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`!!! note "Title"`, `??? note`, `=== "Tab"` with an indented body."""
    opening = _INDENTED.match(_line(state, start))
    if opening is None or state.is_code_block(start):
        return False
    mark, header = opening[1], opening[2].strip()
    if not header or (mark.startswith("===") and not header.startswith(('"', "'"))):
        return False
    if silent:
        return True
    least = state.sCount[start] + 2
    last = after = start + 1
    indent = 0
    while after < end:
        if not state.isEmpty(after):
            if state.sCount[after] < max(indent, least) and (not indent or state.sCount[after] < least):
                break
            indent = min(indent, state.sCount[after]) if indent else state.sCount[after]
            last = after + 1
        after += 1
    _container(state, header, mark, start, start + 1, last, indent or state.blkIndent)
    state.line = last
    return True


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^1]: text`, further paragraphs of it indented."""
    opening = _FOOTNOTE.match(_line(state, start))
    if opening is None or state.is_code_block(start):
        return False
    if silent:
        return True
    last = start + 1
    for number in range(start + 1, end):
        if state.isEmpty(number):
            continue
        lazy = number == last and not _FOOTNOTE.match(_line(state, number)) and state.sCount[number] >= state.blkIndent
        if state.sCount[number] - state.blkIndent < 2 and not (lazy and not state.isEmpty(number - 1)):
            break
        last = number + 1
    token = state.push("kb_footnote_open", "", 1)
    token.map, token.info = [start, last], opening[1]
    shifted = opening.end()
    old = state.bMarks[start], state.tShift[start], state.sCount[start]
    state.bMarks[start] += state.tShift[start] + shifted
    state.tShift[start], state.sCount[start] = 0, state.blkIndent
    inner = [state.sCount[n] for n in range(start + 1, last) if not state.isEmpty(n)]
    extra = min(inner, default=state.blkIndent) - state.blkIndent
    before = state.sCount[start + 1 : last]
    for number in range(start + 1, last):
        state.sCount[number] -= max(extra, 0)
    _inside(state, start, last, state.blkIndent)
    state.sCount[start + 1 : last] = before
    state.bMarks[start], state.tShift[start], state.sCount[start] = old
    state.push("kb_footnote_close", "", -1)
    state.line = last
    return True


def _container(state: StateBlock, header: str, mark: str, start: int, body: int, last: int, indent: int) -> None:
    token = state.push("kb_container_open", "", 1)
    token.map, token.info, token.markup = [start, last], header, mark
    if body < last:
        _inside(state, body, last, indent)
    state.push("kb_container_close", "", -1)


def _inside(state: StateBlock, start: int, last: int, indent: int) -> None:
    old = state.lineMax, state.blkIndent, state.parentType
    state.lineMax, state.blkIndent, state.parentType = last, indent, "kb"
    state.md.block.tokenize(state, start, last)
    state.lineMax, state.blkIndent, state.parentType = old
