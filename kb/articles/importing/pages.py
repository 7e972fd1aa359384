"""Plain pages of HTML, one or a folder of them: the text without what frames it on every page."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from kb.articles.addresses import read_place
from kb.articles.importing.raw import LONGEST_HTML, RawArticle, Read
from kb.core.errors import InvalidInputError, Rejection
from kb.core.settings import Settings
from kb.text.html_nodes import is_too_deep

_ENDINGS = {".html", ".htm", ".xhtml"}
_FRAME = (
    "nav, header, footer, aside, script, style, noscript, form, template, iframe:not([src]), [role=navigation], [role=banner], "
    "[role=contentinfo], [role=search], .breadcrumb, .breadcrumbs, .sidebar, .toc, .pagination, .headerlink, .skip-link"
)
_MAIN = ("main article", "main", "article", "[role=main]", "#content", "#main", ".article-body", ".content", "body")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE)
_LANGUAGES = Settings().languages


def read_pages(path: Path) -> Iterator[Read]:
    """A page for each file. Raises InvalidInputError for a folder without any."""
    root = path if path.is_dir() else path.parent
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    files = [file for file in files if file.suffix.lower() in _ENDINGS and not file.is_symlink() and file.is_file()]
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(root).parts)]
    if not files:
        raise InvalidInputError(f"There is no page (*.html) in {path}.", remedy="Name a page or a folder of pages.")
    for file in files:
        yield _read_page(file, file.relative_to(root).as_posix())


def _read_page(file: Path, path: str) -> Read:
    try:
        if file.stat().st_size > LONGEST_HTML:
            return Rejection(path, None, f"has more than {LONGEST_HTML // 1_000_000} MB")
        data = file.read_bytes()
    except OSError as error:
        return Rejection(path, None, f"cannot be read: {error.strerror}")
    html = _decode(data)
    if is_too_deep(html):
        return Rejection(path, None, "its tags are nested too deeply")
    tree = LexborHTMLParser(html)
    refresh = tree.css_first("meta[http-equiv=refresh i]")
    if refresh is not None and "url" in (refresh.attributes.get("content") or "").lower():
        return Rejection(path, None, "only leads on to another page")
    title_node, language = tree.css_first("title"), ""
    if (root := tree.css_first("html")) is not None:
        language = root.attributes.get("lang") or ""
    main = next((node for name in _MAIN if (node := tree.css_first(name)) is not None), None)
    if main is None:
        return Rejection(path, None, "has no text")
    heading = main.css_first("h1") or tree.css_first("h1")
    title = " ".join(heading.text().split()) if heading is not None else ""
    title = title or _page_title(title_node.text() if title_node is not None else "")
    for node in main.css(_FRAME):
        node.decompose()
    if (first := main.css_first("h1")) is not None and " ".join(first.text().split()) == title:
        first.decompose()
    place = read_place(path, _LANGUAGES)
    robots = tree.css_first("meta[name=robots i]")
    values = (
        {"draft": True} if robots is not None and "noindex" in (robots.attributes.get("content") or "").lower() else {}
    )
    canonical = tree.css_first("link[rel=canonical]")
    address = urlsplit(canonical.attributes.get("href") or "").path if canonical is not None else ""
    return RawArticle(
        path,
        title or place.title_words,
        main.html or "",
        key=place.address,
        language=place.language or language,
        topic=place.parts[0] if place.parts else "",
        slug=place.title_words,
        addresses=tuple(part for part in (path, address) if part and part != "/"),
        values=values,
        path=path,
    )


def _decode(data: bytes) -> str:
    named = _CHARSET.search(data[:4000])
    for encoding in ("utf-8-sig", named[1].decode("ascii") if named else "", "cp1252"):
        try:
            if encoding:
                return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _page_title(text: str) -> str:
    """The title of a page without the name of its site."""
    return re.split(r"\s+[|–—·»]\s+|\s+-\s+(?=[^-]*$)", " ".join(text.split()))[0]
