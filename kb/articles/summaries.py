"""One line that says what an article is about: its own description, else how its text begins."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kb.articles.rendering import article_blocks
from kb.text.blocks import shown
from kb.text.cleaning import clean_line

LEAD = 1500  # characters of a body that are read for it
WIDTH = 140
# What other generators call the line that stands below a title.
_DESCRIPTIONS = ("description", "summary", "excerpt", "abstract", "lead", "subtitle")
_SENTENCE_END = re.compile(r"[.!?।॥…](?=\s)")
_NOTE = re.compile("[\uf8fa-\uf8fe]")
_PICTURE = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\n]{0,500}\)")
_BULLET = re.compile(r"^(?:[^\W\d]?\d{1,3}[.)]|[-•*–])\s+")


def summary_of(lead: str, extra: Mapping[str, Any]) -> str:
    """At most WIDTH characters, whole sentences where one fits; "" for a text that only has pictures and tables.

    lead: the first LEAD characters of the body; extra: the front matter's own keys.
    """
    for name in _DESCRIPTIONS:
        described = extra.get(name)
        if isinstance(described, str) and clean_line(described):
            return _cut(clean_line(described))
    return _first_words(lead)


@lru_cache(maxsize=1024)
def _first_words(lead: str) -> str:
    blocks = article_blocks(_PICTURE.sub("", lead))
    for block in blocks:
        if block.kind not in {"text", "list"} or _NOTE.search(block.text):
            continue
        lines = [_BULLET.sub("", clean_line(shown(line))) for line in block.text.split("\n")]
        words = " ".join(line for line in lines if line)
        if any(map(str.isalpha, words)):
            return _cut(words)
    return ""


def _cut(text: str) -> str:
    if len(text) <= WIDTH:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, WIDTH + 1)]
    if ends and ends[-1] >= WIDTH // 3:
        return text[: ends[-1]]
    return text[: WIDTH - 1].rpartition(" ")[0].rstrip(" ,;:–-") + "…"
