"""HTML of mails to the text that their reader sees, without the mails that are quoted in them."""

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

Attributes = Mapping[str, str | None]

_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form header hr html "
    "legend li main nav ol option pre section summary details table tbody tfoot thead caption tr ul".split()
)
# A blank line before and after.
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"))
_SKIPPED = frozenset(
    "script style head title template noscript svg math object iframe canvas audio video select textarea".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br button cite code col colgroup data del dfn em font i img input ins kbd label mark "
    "meta link base area map output param picture progress q rp rt ruby s samp small source span strike strong sub sup "
    "td th time tt u var wbr track embed meter nobr center".split()
)
_KNOWN = _BLOCKS | _PARAGRAPHS | _SKIPPED | _INLINE
_HIDDEN_STYLE = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden|mso-hide\s?:\s?all", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_SPACE_BUT_BREAKS = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_TOO_MANY_BREAKS = re.compile(r"\n(?: ?\n){2,}")
_SPACE_AT_BREAK = re.compile(r" *\n *")
_HAS_BLOCKS = re.compile(r"<(?:p|div|table|ul|ol|li|html|body|h[1-6])\b", re.IGNORECASE)
# More elements than this are no page that somebody wrote; the rest of it is left out.
_MOST_NODES = 200_000
_DEEPEST = 1_000
# Elements that only their own end tag closes.
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|t[drh]|thead|tbody|tfoot|option|d[dt]|h[1-6]|br|img|hr|input|meta|link|wbr|col|area|base|source|"
    r"track)\b)[a-z]",
    re.IGNORECASE,
)


def mail_html_to_text(source: str) -> str:
    """The text of `source` as lines: paragraphs apart by a blank line, list items as "- item", cells of a table row as
    "one | two" (a cell that itself holds several lines is put under the others: such tables are page layout).

    Left out: scripts, styles, the head, comments, hidden elements, pictures, quoted mails and signatures that the
    mail program marks as such. A tag that is no HTML (`<token>`, `<asha@mail.example>`) is text.
    Never raises. Time is linear in the length: what is nested deeper than any page that somebody wrote is left out,
    because the parser looks through all open elements at each new one.
    """
    source = _cut_at_depth(source)
    tree = LexborHTMLParser(source)
    root = tree.body or tree.root
    if root is None:
        return ""
    walker = _Walker(keep_breaks=not _HAS_BLOCKS.search(source))
    walker.walk(root)
    return walker.text()


def _cut_at_depth(source: str) -> str:
    depth = 0
    for match in _NESTING.finditer(source):
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > _DEEPEST:
            return source[: match.start()]
    return source


class _Walker:
    """Goes through the tree without recursion: a mail may nest as deep as it likes."""

    def __init__(self, *, keep_breaks: bool) -> None:
        self._space = _SPACE_BUT_BREAKS if keep_breaks else _SPACE
        # The innermost buffer is written to: the page, or the table cell that is open.
        self._buffers: list[list[str]] = [[]]
        self._rows: list[list[str]] = []
        self._preformatted = 0

    def text(self) -> str:
        return _tidy("".join(self._buffers[0]))

    def walk(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        open_nodes: list[tuple[LexborNode, str]] = []
        for _ in range(_MOST_NODES):
            if node is None:
                break
            entered = self._enter(node)
            child = node.child if entered else None
            if child is not None:
                open_nodes.append((node, entered))
                node = child
                continue
            if entered:
                self._leave(entered)
            following = None if not open_nodes else node.next
            while following is None and open_nodes:
                parent, tag = open_nodes.pop()
                self._leave(tag)
                following = parent.next if open_nodes else None
            node = following
        for _, tag in reversed(open_nodes):
            self._leave(tag)

    def _enter(self, node: LexborNode) -> str:
        """The tag if the element's children are to be read, else ""."""
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            self._buffers[-1].append(text if self._preformatted else self._space.sub(" ", text))
            return ""
        if tag.startswith("-") or tag.startswith("!") or tag in _SKIPPED:
            return ""
        attributes: Attributes = node.attributes
        if "hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style") or ""):
            return ""
        if _is_quoted_or_signature(node, tag, attributes):
            return ""
        if tag == "br":
            self._buffers[-1].append("\n")
            return ""
        if tag not in _KNOWN and ":" not in tag and "-" not in tag.partition("@")[0]:
            self._buffers[-1].append(f"<{tag}>")
        self._open(tag)
        return tag

    def _open(self, tag: str) -> None:
        if tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"} and self._rows:
            self._buffers.append([])
        else:
            if tag in _PARAGRAPHS:
                self._buffers[-1].append("\n\n")
            elif tag in _BLOCKS:
                self._break()
            if tag == "li":
                self._buffers[-1].append("- ")
            self._preformatted += tag == "pre"

    def _leave(self, tag: str) -> None:
        if tag in {"td", "th"} and self._rows and len(self._buffers) > 1:
            self._rows[-1].append(_tidy("".join(self._buffers.pop())))
        elif tag == "tr" and self._rows:
            cells = [cell for cell in self._rows.pop() if cell]
            self._break()
            self._buffers[-1].append(("\n" if any("\n" in cell for cell in cells) else " | ").join(cells))
            self._break()
        elif tag in _PARAGRAPHS:
            self._buffers[-1].append("\n\n")
        elif tag in _BLOCKS:
            self._break()
        self._preformatted -= tag == "pre"

    def _break(self) -> None:
        """One line end, not two where a block begins right after another."""
        if self._buffers[-1] and not self._buffers[-1][-1].endswith("\n"):
            self._buffers[-1].append("\n")


_QUOTING_CLASSES = frozenset(
    ("gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix", "zmail_extra", "tutanota_quote")
)
_SIGNATURE_CLASSES = frozenset(("gmail_signature", "moz-signature", "protonmail_signature_block", "tutanota_signature"))
_FORWARDED = re.compile(r"forwarded|weitergeleitet|transféré|reenviado|अग्रेषित|ফরওয়ার্ড|ফরোয়ার্ড", re.IGNORECASE)


def _is_quoted_or_signature(node: LexborNode, tag: str, attributes: Attributes) -> bool:
    classes = (attributes.get("class") or "").split()
    if not _SIGNATURE_CLASSES.isdisjoint(classes) or (attributes.get("id") or "") in {"Signature", "x_Signature"}:
        return True
    if not _QUOTING_CLASSES.isdisjoint(classes):
        # Gmail marks a forwarded mail in the same way: that one is the matter.
        return not _FORWARDED.search((node.text(deep=True) or "")[:300])
    return tag == "blockquote" and (attributes.get("type") or "") == "cite" and not _follows_forward(node)


def _follows_forward(quote: LexborNode) -> bool:
    """Apple Mail quotes what it forwards, too, after a line that says so (before the quotation or in it)."""
    before = quote.prev
    for _ in range(4):
        if before is None:
            break
        if _FORWARDED.search((before.text(deep=True) or "")[-300:]):
            return True
        before = before.prev
    return bool(_FORWARDED.search((quote.text(deep=True) or "")[:300]))


def _tidy(text: str) -> str:
    return _TOO_MANY_BREAKS.sub("\n\n", _SPACE_AT_BREAK.sub("\n", text)).strip()
