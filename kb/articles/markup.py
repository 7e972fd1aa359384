"""Our own small additions to Markdown's output."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.articles.text import slugify

_HEADING = re.compile("h[1-6]")


def heading_id(text: str, separator: str) -> str:  # noqa: ARG001
    """An anchor in the letters of the heading; Markdown's own would take the vowel signs out of Indic words."""
    return slugify(text) or "section"


class ArticleMarkup(Extension):
    """Adds what needs the element tree; the rest of the work is the sanitiser's."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Tables(md), "article_tables", 5)
        md.treeprocessors.register(_Headings(md), "article_headings", 10)  # before `toc`, which reads the levels


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


class _Headings(Treeprocessor):
    """Shifts the headings so that the highest is h2: the h1 of a page is the title, and no level may be skipped."""

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if _HEADING.fullmatch(str(element.tag))]
        if headings:
            shift = 2 - min(int(heading.tag[1]) for heading in headings)
            for heading in headings:
                heading.tag = f"h{min(int(heading.tag[1]) + shift, 6)}"
