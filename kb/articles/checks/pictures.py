"""Pictures that say nothing to whoever does not see them."""

from collections.abc import Iterator

import regex

from kb.articles.checks.finding import Finding
from kb.articles.checks.prose import LONGEST, without_code
from kb.text.words import LETTER_CLASS, find_words

MOST = 10
_MARKDOWN = regex.compile(r"!\[(?P<alt>[^\]\n]{0,500})\](?:\((?P<source>[^()\n]{0,1000})\)|\[[^\]\n]{0,200}\])")
_WIKI = regex.compile(r"!\[\[(?P<source>[^\]|\n]{1,300})(?:\|(?P<alt>[^\]\n]{0,500}))?\]\]")
_HTML = regex.compile(r"<img\b[^<>]{0,2000}>", regex.IGNORECASE)
_ALT = regex.compile(r"""\balt\s*=\s*(?:"(?P<a>[^"<>]{0,500})"|'(?P<b>[^'<>]{0,500})')""", regex.IGNORECASE)
# What a camera, a clipboard or a template calls every picture.
_NAMES = regex.compile(
    r"(?:image|img|picture|photo|screen ?shots?|screenshot|untitled|alt|alt text|figure|icon|dsc|pxl"
    r"|चित्र|तस्वीर|फोटो|स्क्रीनशॉट|ছবি|চিত্র|স্ক্রিনশট|…)?"
)
_FILE = regex.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|heic|avif)$", regex.IGNORECASE)
_LETTER = regex.compile(rf"[{LETTER_CLASS}]+")


def pictures_without_words(body: str) -> list[Finding]:
    """Each picture that has no alternative text, or one that only names a file."""
    found = [
        Finding("no_alt" if not alt.strip() else "empty_alt", "body", start, end, {"alt": alt.strip()})
        for start, end, alt in _pictures(without_code(body[:LONGEST]))
        if says_nothing(alt)
    ]
    return sorted(found, key=lambda one: one.start)[:MOST]


def says_nothing(alt: str) -> bool:
    """Whether an alternative text is empty, the name of a file, or a word that every picture could have."""
    alt = alt.strip()
    if not alt or _FILE.search(alt):
        return True
    words = [word for word in find_words(alt.lower().replace("_", " ")) if _LETTER.fullmatch(word)]
    return _NAMES.fullmatch(" ".join(words)) is not None


def _pictures(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and alternative text of each."""
    for pattern in (_MARKDOWN, _WIKI):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), match["alt"] or ""
    for match in _HTML.finditer(text):
        alt = _ALT.search(match[0])
        yield match.start(), match.end(), ((alt["a"] or alt["b"]) or "") if alt else ""
