"""An article's sanitised HTML as a tree of lists: the widget makes its elements one by one, so that a page's content policy
(also one that trusts no HTML at all) has nothing to refuse, and what is not named there can neither run nor style anything."""

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb.text.html_nodes import is_too_deep, names

# A text, or [tag, attributes, children].
Node = str | list[Any]

# Elements within each other.
_DEEPEST = 60
TAGS = names(
    "p br hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var em strong b i s del ins mark small sub sup abbr "
    "cite q a img div span table caption thead tbody tfoot tr th td details summary bdi figure figcaption"
)
ATTRIBUTES = names("href src alt title width height id class lang dir start value colspan rowspan scope open")
# Between these a blank is none.
_BLOCKS = names(
    "p hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre div table caption thead tbody tfoot tr th td details figure"
)


def html_to_nodes(html: str) -> list[Node]:
    """The body's children. What is nested deeper than anybody writes is its text alone. Never raises."""
    if is_too_deep(html):
        return [re.sub(r"<[^>]*>", "", html)]
    body = LexborHTMLParser(html).body
    return _children(body, _DEEPEST) if body is not None else []


def _children(parent: LexborNode, depth: int) -> list[Node]:
    if not depth:
        text = parent.text()
        return [text] if text else []
    found: list[Node] = []
    node = parent.child
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            if text.strip() or (text and found and not _is_block(found[-1])):
                found.append(text)
        elif tag == "input":
            found.append("☑" if "checked" in node.attributes else "☐")
        elif tag in TAGS:
            attributes = {name: value or "" for name, value in node.attributes.items() if name in ATTRIBUTES}
            found.append([tag, attributes, _children(node, depth - 1)])
        node = node.next
    return found


def _is_block(node: Node) -> bool:
    return isinstance(node, list) and node[0] in _BLOCKS
