"""HTML to text that can be sent as it is, in a chat or an SMS, where nothing is drawn.

A row of a table is its values under the heads of their columns, one a line; a link has its address in brackets; boxes that are
ticked on a page are left out. Lists keep their numbers and bullets, see kb.text.html.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb.text.html import html_to_text
from kb.text.html_nodes import is_data, is_too_deep

# What the address of a link is for the one who gets the text, "" where it is nothing to them.
Address = Callable[[str], str]

_WIDEST, _TALLEST = 60, 1_000  # cells that one of a table may span
_MARKER = re.compile(r"^(?:- |\d{1,6}\. )")
_SCHEME = re.compile(r"^(?:https?://(?:www\.)?|mailto:|tel:|sms:)", re.I)
_TO_QUOTE = "p, li, tr, pre, dt, dd"
# Within these the whole is quoted.
_WHOLE = ("li", "tr", "dd", "dt")


def outside_address(href: str) -> str:
    """The address of what lies outside of the page, "" for anything else."""
    return href if _SCHEME.match(href) else ""


def html_to_message(html: str, address: Address = outside_address) -> str:
    """The whole as text. Any text is taken; the caller bounds its length."""
    if is_too_deep(html):
        return html_to_text(html)
    tree = LexborHTMLParser(html)
    if tree.body is None:
        return ""
    _prepare(tree.body, address)
    return html_to_text(tree.body.inner_html or "")


def quotes_of(html: str, address: Address = outside_address) -> list[tuple[str, str]]:
    """(tag, what it is as a message) of each paragraph, item, row and listing, in order; "" for what is not quoted by itself."""
    if is_too_deep(html):
        return []
    tree = LexborHTMLParser(html)
    if tree.body is None:
        return []
    # Rows leave the tree with their table: what is asked of a piece is asked before.
    pieces = [(node, node.tag or "", node.mem_id, _is_quoted(node)) for node in tree.body.css(_TO_QUOTE)]
    rows = _prepare(tree.body, address)
    return [
        (tag, "" if not is_quoted else rows.get(number, "") if tag == "tr" else _inner_text(node))
        for node, tag, number, is_quoted in pieces
    ]


def add_quotes(html: str, quotes: Sequence[tuple[str, str]]) -> str:
    """The HTML with `quotes_of` it, or of a version that is built the same, in `data-quote` of each piece."""
    tree = LexborHTMLParser(html)
    if tree.body is None or not quotes:
        return html
    nodes = tree.body.css(_TO_QUOTE)
    if len(nodes) != len(quotes):
        raise ValueError(f"{len(quotes)} quotes for {len(nodes)} pieces")
    for node, (_tag, text) in zip(nodes, quotes, strict=True):
        if text:
            node.attrs["data-quote"] = text
    return tree.body.inner_html or ""


def _is_quoted(node: LexborNode) -> bool:
    """A note's title says nothing by itself, and what is within an item is quoted with it, an item within it also alone."""
    if "admonition-title" in (node.attributes.get("class") or ""):
        return False
    return node.tag in _WHOLE or not _is_within_whole(node)


def _is_within_whole(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None and parent.tag != "body":
        if parent.tag in _WHOLE:
            return True
        parent = parent.parent
    return False


def _inner_text(node: LexborNode) -> str:
    inner = node.inner_html or ""
    return html_to_text(f"<pre>{inner}</pre>" if node.tag == "pre" else inner)


def _prepare(body: LexborNode, address: Address) -> dict[int, str]:
    """Change the tree so that its text is that of a message; the text of each row of a table by the row's `mem_id`."""
    for box in body.css("input"):
        box.decompose()
    for link in body.css("a[href]"):
        if "footnote" not in (link.attributes.get("class") or ""):
            _tell_address(link, address)
    rows: dict[int, str] = {}
    for table in body.css("table"):
        if is_data(table):
            _to_lines(table, rows)
    return rows


def _tell_address(link: LexborNode, address: Address) -> None:
    known = address(link.attributes.get("href") or "")
    if not known:
        return
    said = html_to_text(link.html or "")
    shown = _SCHEME.sub("", known) if known.startswith(("mailto:", "tel:", "sms:")) else known
    if not said:
        link.insert_after(shown)
    elif _bare(said) != _bare(known):
        link.insert_after(f" ({shown})")


def _bare(address: str) -> str:
    return re.sub(r"[\s()-]", "", _SCHEME.sub("", address.strip())).rstrip("/").casefold()


def _to_lines(table: LexborNode, rows: dict[int, str]) -> None:
    """Put paragraphs in the place of a table, one for each row."""
    heads: list[str] | None = None
    told = []
    title = table.css_first("caption")
    if title is not None:
        told.append(_in_line(title))
    for row, cells, is_head in _grid(table):
        if is_head and heads is None and any(cells):
            heads = cells
            continue
        text = "\n".join(_row_lines(heads or [], cells))
        rows[row.mem_id] = text
        told.append(text)
    lines = "".join(f"<p>{'<br>'.join(escape(text).split(chr(10)))}</p>" for text in told if text)
    replacement = LexborHTMLParser(f"<section>{lines}</section>").css_first("section")
    if replacement is not None:
        table.replace_with(replacement)


def _grid(table: LexborNode) -> Iterator[tuple[LexborNode, list[str], bool]]:
    """Each row with a text for every column, and whether it names the columns.

    A cell that spans columns stands in the first of them, one that spans rows in each of them.
    """
    hanging: dict[int, tuple[int, str]] = {}  # column -> rows left, text
    for row in table.css("tr"):
        cells: list[str] = []
        child = row.first_child
        is_head = True
        while child is not None:
            if child.tag in {"td", "th"}:
                _fill(cells, hanging)
                is_head = is_head and child.tag == "th"
                text = _in_line(child)
                depth = min(_number(child, "rowspan"), _TALLEST)
                if depth > 1:
                    hanging[len(cells)] = (depth - 1, text)
                cells.append(text)
                cells += [""] * (min(_number(child, "colspan"), _WIDEST) - 1)
            child = child.next
        _fill(cells, hanging)
        yield row, cells, is_head
        if is_head:
            # A head that reaches down among the values names its column, and is no value.
            hanging.update({column: (left, "") for column, (left, _) in hanging.items()})


def _fill(cells: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """The cells of rows above that reach down to here."""
    while (left_and_text := hanging.pop(len(cells), None)) is not None:
        left, text = left_and_text
        if left > 1:
            hanging[len(cells)] = (left - 1, text)
        cells.append(text)


def _row_lines(heads: list[str], cells: list[str]) -> list[str]:
    if not any(heads):
        first, *others = [cell for cell in cells if cell] or [""]
        return [f"{first}: {', '.join(others)}" if others else first]
    labelled = [(heads[place] if place < len(heads) else "", cell) for place, cell in enumerate(cells) if cell]
    return [f"{label}: {cell}" if label else cell for label, cell in labelled]


def _in_line(cell: LexborNode) -> str:
    """What stands in a cell, in one line."""
    lines = [_MARKER.sub("", line.strip()) for line in html_to_text(cell.inner_html or "").splitlines()]
    return ", ".join(line for line in lines if line)


def _number(cell: LexborNode, attribute: str) -> int:
    value = cell.attributes.get(attribute) or "1"
    return max(int(value), 1) if value.isascii() and value.isdigit() and len(value) < 5 else 1
