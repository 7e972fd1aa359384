"""Addresses within the articles: how a path of some generator names an article, wherever the file stands.

A path becomes slugs without what differs between a file and its page: ending, `index`, numbers and dates in front, the
folder of a generator, the language. `docs/02-guide/03-install.md`, `/docs/guide/install/` and `../guide/install.html` are
all `guide/install`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from kb.articles.fields import standard_language
from kb.articles.text import slugify

ENDINGS = frozenset(
    {".md", ".markdown", ".mdx", ".mdown", ".mkd", ".html", ".htm", ".xhtml", ".php", ".aspx", ".adoc", ".rst"}
)
INDEX_NAMES = frozenset({"index", "_index", "readme", "default"})
# Folders in which generators want the content; they are not part of its address.
ROOTS = frozenset(
    {
        "content",
        "docs",
        "doc",
        "documentation",
        "src",
        "pages",
        "source",
        "site",
        "website",
        "articles",
        "current",
        "posts",
    }
    | {"i18n", "docusaurus-plugin-content-docs", "docusaurus-plugin-content-pages", "versioned-docs", "collections"}
)
_NUMBERED = re.compile(r"\d{1,3}[-_. ]+(?=[^\W\d])")
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-(?=.)")
MAX_ADDRESS = 500


@dataclass(frozen=True)
class Place:
    """What a path says of an article: `parts` are the folders as they are called, `name` the file without its ending."""

    language: str | None
    parts: tuple[str, ...]
    name: str

    @property
    def is_index(self) -> bool:
        return self.name.lower() in INDEX_NAMES

    @property
    def title_words(self) -> str:
        """What the article is called after: its file, or the folder of an index."""
        named = [part for part in self.parts if slugify(part) not in ROOTS]
        return named[-1] if self.is_index and named else self.name

    @property
    def address(self) -> str:
        """The path of slugs, `index` for that of the whole."""
        names = [*self.parts] if self.is_index else [*self.parts, self.name]
        while names and slugify(names[0]) in ROOTS:
            names.pop(0)
        slugs = (slugify(strip_number(name)) for name in names)
        return "/".join(slug for slug in slugs if slug)[:MAX_ADDRESS] or "index"


def strip_number(name: str) -> str:
    """A name without the number or the date that orders it."""
    return _NUMBERED.sub("", _DATED.sub("", name, count=1), count=1) or name


def read_place(path: str, languages: Sequence[str]) -> Place:
    """`hi/account/a.md`, `account/a.hi.md`, `i18n/hi/…/account/a.md`; only `languages` count as such."""
    known = {standard_language(tag) or tag for tag in languages}
    pure = PurePosixPath(path)
    name = pure.name
    if pure.suffix.lower() in ENDINGS:
        name = pure.stem
    language = None
    stem, dot, last = name.rpartition(".")
    if dot and stem and _offered(last, known):
        name, language = stem, _offered(last, known)
    parts = [part for part in pure.parent.parts if part not in {"/", "..", "."}]
    for position, part in enumerate(parts):
        if found := _offered(part, known):
            language = language or found
            del parts[: position + 1]
            break
    return Place(language, tuple(parts), name)


def _offered(text: str, known: set[str]) -> str | None:
    """The language that a folder or an ending names, if it is offered; `pt_BR` and `pt-br` are the same."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", text):
        return None
    tag = standard_language(text.replace("_", "-"))
    if tag in known:
        return tag
    base = (tag or "").partition("-")[0]
    return base if base in known and tag != base else None


def link_paths(href: str, base: str, languages: Sequence[str]) -> list[tuple[str | None, str]]:
    """The (language, address) that a link may mean, the likeliest first. `base` is the path of the file that it is in.

    A relative link is read from the file's folder, and from that of its page: some generators give each page a folder.
    """
    path = unquote(href.partition("#")[0].partition("?")[0]).replace("\\", "/").strip()
    path = path.removeprefix("@")  # Zola's links from the root of the content
    pure = PurePosixPath(base)
    starts = [""] if path.startswith("/") else [pure.parent.as_posix(), pure.with_suffix("").as_posix(), ""]
    found: dict[tuple[str | None, str], None] = {}
    for start in starts:
        place = read_place(_join(start, path.strip("/")), languages)
        found.setdefault((place.language, place.address), None)
    place = read_place("/".join(part for part in path.split("/") if part not in {"", ".", ".."}), languages)
    names = place.address.split("/")
    for at in range(1, len(names)):
        found.setdefault((place.language, "/".join(names[at:])), None)
    return [pair for pair in found if pair[1]]


def _join(start: str, path: str) -> str:
    parts: list[str] = [part for part in start.split("/") if part not in {"", "."}]
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
