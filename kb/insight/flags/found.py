"""A flag as it is found, before it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.articles.text import hash_bytes
from kb.tables import FlagKind


@dataclass(frozen=True)
class FoundFlag:
    """key: what it is about, the same for the same evidence. evidence: what a page shows, ready for JSON."""

    article_id: int
    kind: FlagKind
    key: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    other_id: int | None = None


def key_of(*parts: str) -> str:
    return hash_bytes("\0".join(parts).encode())


def duplicate_key(older: int, newer_text: str, older_text: str) -> str:
    """What was called right holds until one of the two is another text, however they were found to be alike."""
    return key_of(str(older), newer_text, older_text)
