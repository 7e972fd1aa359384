"""An article as another help centre has it, and HTML brought to Markdown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import html_to_markdown

from kb.core.errors import Rejection
from kb.text.cleaning import clean_text
from kb.text.html import html_to_text
from kb.text.html_nodes import is_too_deep

LONGEST_HTML = 5_000_000  # characters of one article
_DATA_ADDRESS = re.compile(r"""<img\b[^>]*\bsrc\s*=\s*(["']?)data:[^>]*>""", re.IGNORECASE)
_CODE = re.compile(r"(<(pre|code)\b.*?</\2\s*>)", re.IGNORECASE | re.DOTALL)
# For a brace that would be taken for a generator's; it is in no text.
_BRACE = "\uf8f2"
_OPTIONS = html_to_markdown.ConversionOptions(
    escape_asterisks=True, escape_underscores=True, escape_misc=True, extract_metadata=False
)


@dataclass(frozen=True)
class RawArticle:
    """`place` names it in messages; `key` is the same for all its languages, `addresses` are those that it had."""

    place: str
    title: str
    html: str
    key: str
    language: str = ""
    topic: str = ""
    slug: str = ""
    addresses: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  # more front matter: what says its status, own keys
    path: str = ""  # of its file, for pictures beside it


Read = RawArticle | Rejection


def html_to_article_markdown(html: str) -> str:
    """Markdown that renders as the HTML read; plain text for what is nested too deeply to be read."""
    html = _DATA_ADDRESS.sub("", clean_text(html)[:LONGEST_HTML].replace(_BRACE, ""))
    if is_too_deep(html):
        return html_to_text(html)
    parts = _CODE.split(html)
    # Of three parts each, the first is outside of code: braces there are words, not a template's.
    # Line ends there are blanks.
    parts[::3] = [re.sub(r"\{(?=[{%#])", _BRACE, re.sub(r"[ \t\r\n\f]+", " ", part)) for part in parts[::3]]
    joined = "".join(part for number, part in enumerate(parts) if number % 3 != 2)
    try:
        converted = html_to_markdown.convert(joined, _OPTIONS).content or ""
    except Exception:  # noqa: BLE001 - whatever the converter stumbles over, the text is not lost
        converted = html_to_text(joined)
    return converted.replace(_BRACE, "\\{").strip()
