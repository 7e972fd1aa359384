"""Articles that are lists of questions with their answers, as search engines show them."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

_QUESTION_MARKS = ("?", "？", "؟")
_LEAST = 2
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def questions_of(html: str) -> list[tuple[str, str]]:
    """(question, answer as text) of a rendered article; empty unless there are two, and most headings of their level ask."""
    root = LexborHTMLParser(html).body
    headings = list(root.css("h2, h3")) if root is not None else []
    for name in ("h2", "h3"):
        level = [node for node in headings if node.tag == name]
        asked = [node for node in level if _text(node).endswith(_QUESTION_MARKS)]
        pairs = [(_text(node), _answer_below(node)) for node in asked]
        pairs = [pair for pair in pairs if pair[1]]
        if len(pairs) >= _LEAST and 2 * len(pairs) > len(level):
            return pairs
    return []


def _answer_below(heading: LexborNode) -> str:
    """The text up to the next heading of the same or a higher level."""
    parts = []
    level = _HEADINGS[str(heading.tag)]
    node = heading.next
    while node is not None and _HEADINGS.get(str(node.tag), 9) > level:
        parts.append(_text(node))
        node = node.next
    return " ".join(part for part in parts if part)


def _text(node: LexborNode) -> str:
    return " ".join((node.text(separator=" ") or "").split())
