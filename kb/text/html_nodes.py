"""What a node of HTML is to a reader: seen or not, a title, a table of data; and HTML that is too deep to be parsed."""

import re

from selectolax.lexbor import LexborNode

from kb.text.blocks import NOTE, TIP, WARNING


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Tags that are opened within each other. The parser's time grows with the square of it: 100,000 take 17 s.
_DEEPEST_TREE = 600
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>?|<!--.*?(?:-->|$)", re.DOTALL)
_NO_DEPTH = names(
    "p li td th tr dt dd option thead tbody tfoot area base br col embed hr img input link meta param source track wbr"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)

_UNSEEN = names(
    "script style head title template noscript iframe object embed svg math select textarea datalist audio video canvas"
)
_UNSEEN_CLASSES = {"footnote-ref", "footnote-backref", "of-kind"}


def is_too_deep(html: str) -> bool:
    """Nested deeper than anything that somebody wrote: parsing it takes time that grows with the square of the depth."""
    depth = 0
    for tag in TAG.finditer(html):
        if tag[2] and tag[2].lower() not in _NO_DEPTH:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            if depth > _DEEPEST_TREE:
                return True
    return False


def is_unseen(tag: str, node: LexborNode) -> bool:
    if tag in _UNSEEN or tag.startswith(("-", "!")):
        return True
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return True
    return not _UNSEEN_CLASSES.isdisjoint((attributes.get("class") or "").split())


def is_title(node: LexborNode) -> bool:
    return (node.attributes.get("class") or "") == "admonition-title"


def note_mark(title: LexborNode) -> str:
    classes = ((title.parent.attributes.get("class") if title.parent else "") or "").split()
    return WARNING if "warning" in classes else TIP if "tip" in classes else NOTE


def is_data(table: LexborNode) -> bool:
    """Whether a table has data and not, as in mails, the layout of a page: no table inside, some row with two cells."""
    if (table.attributes.get("role") or "") in {"presentation", "none"}:
        return False
    if any(other.mem_id != table.mem_id for other in table.css("table")):
        return False
    return table.css_first("td + td, td + th, th + td, th + th") is not None
