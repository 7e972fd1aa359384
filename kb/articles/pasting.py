"""Pages pasted into the editor: what Word and Google Docs say by style is made plain before it is converted."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb.articles.importing.raw import LONGEST_HTML, html_to_article_markdown
from kb.text.cleaning import clean_text
from kb.text.html_nodes import is_too_deep

# Stand for marks of Markdown until the conversion is done: characters that are in no text.
_BOLD, _SLANTED, _BULLET, _NUMBER, _DEEPER = "\uf8e0", "\uf8e1", "\uf8e2", "\uf8e3", "\uf8e4"
_MARKS = re.compile(f"[{_BOLD}{_SLANTED}{_BULLET}{_NUMBER}{_DEEPER}]")
_HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_LIGHT = re.compile(r"font-weight\s*:\s*(?:normal|[1-5]00)", re.IGNORECASE)
_ITALIC = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
_LEVEL = re.compile(r"\blevel([1-9])\b")
_MOST_NODES = 20_000
_UNSEEN = "script, style, template, head, o\\:p, xml"


def pasted_markdown(html: str) -> str:
    """Markdown of what was pasted. Pictures that are only on the writer's own computer are left out. Never raises."""
    html = _MARKS.sub("", clean_text(html)[:LONGEST_HTML])
    if is_too_deep(html):
        return html_to_article_markdown(html)
    tree = LexborHTMLParser(html)
    if tree.body is None:
        return html_to_article_markdown(html)
    for node in tree.css(_UNSEEN)[:_MOST_NODES]:
        node.decompose()
    for picture in tree.css("img")[:_MOST_NODES]:
        if not (picture.attributes.get("src") or "").startswith(("https://", "http://")):
            picture.decompose()
    for item in tree.css('p[class*="MsoListParagraph"]')[:_MOST_NODES]:
        _mark_item(item)
    for node in tree.css("b[style], strong[style]")[:_MOST_NODES]:
        if _LIGHT.search(node.attributes.get("style") or ""):
            node.unwrap()  # Google Docs puts everything into such a one
    for node in tree.css("span[style]")[:_MOST_NODES]:
        _mark_span(node)
    return _with_marks(html_to_article_markdown(tree.body.html or ""))


def _mark_item(item: LexborNode) -> None:
    """Word sends an item of a list as a paragraph that begins with its mark."""
    level = _LEVEL.search(item.attributes.get("style") or "")
    kind = _BULLET
    for mark in item.css('span[style*="mso-list:Ignore"], span[style*="mso-list: Ignore"]'):
        if re.match(r"\s*(?:\d+|[a-z])[.)]", mark.text()):
            kind = _NUMBER
        mark.decompose()
    first = item.child
    begins = _DEEPER * (int(level[1]) - 1 if level else 0) + kind
    if first is not None:
        first.insert_before(begins)


def _mark_span(node: LexborNode) -> None:
    style = node.attributes.get("style") or ""
    inside = node.text()
    if not inside.strip() or "\n\n" in inside:
        return
    for pattern, mark in ((_HEAVY, _BOLD), (_ITALIC, _SLANTED)):
        if pattern.search(style) and node.css_first("p, li, h1, h2, h3, table") is None and not _is_within(node):
            node.insert_before(mark)
            node.insert_after(mark)


def _is_within(node: LexborNode) -> bool:
    """Whether it stands where the style says nothing new: in a heading, or in something bold already."""
    above = node.parent
    while above is not None:
        if above.tag in {"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "em", "i", "th"}:
            return True
        above = above.parent
    return False


def _with_marks(text: str) -> str:
    for mark, written in ((_BOLD, "**"), (_SLANTED, "_")):
        text = re.sub(rf"{mark}([ \t]*)([^{mark}\n]*?)([ \t]*){mark}", rf"\1{written}\2{written}\3", text)
    lines = []
    for line in text.split("\n"):
        item = re.match(rf"\s*({_DEEPER}*)([{_BULLET}{_NUMBER}])\s*(.*)", line)
        lines.append(f"{'    ' * len(item[1])}{'-' if item[2] == _BULLET else '1.'} {item[3]}" if item else line)
        if item and len(lines) > 2 and not lines[-2] and re.match(r"\s*(?:-|1\.) ", lines[-3]):
            del lines[-2]
    return _MARKS.sub("", "\n".join(lines)).strip()
