"""Our own additions to the renderer: other dialects come in, headings and tables come out as a page needs them."""

import re
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

import regex
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify as ascii_slug
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from kb.articles.bounded_markdown import Work, bound
from kb.articles.dialects import Notice, to_plain_dialect
from kb.articles.text import slugify

_HEADING = re.compile("h[1-6]")
_MARK = re.compile("\x02kb-(id|p):([^\x02\x03]*)\x03")
_STASHED = re.compile("\x02wzxhzdk:([0-9]+)\x03")
_NOT_IN_ANCHOR = regex.compile(r"[^\p{L}\p{M}\p{N}_ -]")


def heading_id(text: str, separator: str) -> str:  # noqa: ARG001
    """An anchor in the letters of the heading; Markdown's own would take the vowel signs out of Indic words."""
    return slugify(text) or "section"


def github_anchor(text: str) -> str:
    """The anchor that GitHub makes of a heading: punctuation goes, every blank becomes a hyphen."""
    return str(_NOT_IN_ANCHOR.sub("", text.strip().lower())).replace(" ", "-")


class ArticleMarkup(Extension):
    """Adds what needs the element tree; the rest of the work is the sanitiser's. `notices` are those of the last text."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: list[Notice] = []
        self.work = Work()

    def extendMarkdown(self, md: Markdown) -> None:
        bound(md, self.work)
        # HTML is put away by the dialects already, with CommonMark's rules for where it ends.
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(_Dialects(md, self), "article_dialects", 20)
        md.treeprocessors.register(_Tables(md), "article_tables", 5)
        md.treeprocessors.register(_Titles(md), "article_titles", 12)
        md.treeprocessors.register(_Headings(md), "article_headings", 10)  # before `toc`, which reads the levels
        md.treeprocessors.register(_Anchors(md), "article_anchors", 3)  # after it: it gives the ids


class _Dialects(Preprocessor):
    def __init__(self, md: Markdown, extension: ArticleMarkup) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        self.extension.work.begin()
        text, self.extension.notices = to_plain_dialect("\n".join(lines), self.md.htmlStash.store)
        return text.split("\n")


class _Tables(Treeprocessor):
    """Column alignment as a class (the page's content security policy forbids styles), header cells with a scope."""

    def run(self, root: Element) -> None:
        for cell in root.iter():
            if cell.tag not in {"td", "th"}:
                continue
            align = cell.attrib.pop("align", "")
            if align:
                cell.set("class", f"align-{align}")
            if cell.tag == "th":
                cell.set("scope", "col")


class _Titles(Treeprocessor):
    """Takes the marks out of titles and headings and does what they say."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "p" and element.text and (mark := _MARK.match(element.text)):
                element.text = element.text[mark.end() :]
                if mark[2] == "summary":
                    element.tag = "summary"
                else:
                    element.set("class", mark[2])
            elif _HEADING.fullmatch(str(element.tag)):
                _take_id(element)


def _take_id(heading: Element) -> None:
    for element in heading.iter():
        for part in ("text", "tail"):
            text = getattr(element, part)
            if text and (mark := _MARK.search(text)) and (part == "text" or element is not heading):
                setattr(element, part, text[: mark.start()] + text[mark.end() :])
                heading.set("id", mark[2])


class _Headings(Treeprocessor):
    """Shifts the headings so that the highest is h2: the h1 of a page is the title, and no level may be skipped."""

    def run(self, root: Element) -> None:
        headings = list(_headings(root))
        if headings:
            shift = 2 - min(int(heading.tag[1]) for heading in headings)
            for heading in headings:
                heading.tag = f"h{min(int(heading.tag[1]) + shift, 6)}"


class _Anchors(Treeprocessor):
    """The anchors that GitHub and MkDocs would have made, beside ours where they differ: links to them keep working."""

    def run(self, root: Element) -> None:
        taken = {element.get("id") for element in root.iter()}
        counts: dict[str, int] = {}
        for heading in list(_headings(root)):
            text = _STASHED.sub(self._stashed, "".join(heading.itertext()))
            anchor = github_anchor(text)
            number = counts[anchor] = counts.get(anchor, -1) + 1
            for other in (f"{anchor}-{number}" if number else anchor, ascii_slug(text, "-")):
                if other and other not in taken:
                    taken.add(other)
                    place = Element("span", {"id": other})
                    place.tail, heading.text = heading.text, None
                    heading.insert(0, place)

    def _stashed(self, match: re.Match[str]) -> str:
        """The character of an entity; of a tag nothing."""
        raw = str(self.md.htmlStash.rawHtmlBlocks[int(match[1])])
        return unescape(raw) if raw.startswith("&") else ""


def _headings(root: Element) -> Iterator[Element]:
    return (element for element in root.iter() if _HEADING.fullmatch(str(element.tag)))
