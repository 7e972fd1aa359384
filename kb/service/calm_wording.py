"""One to three sentences that fit what a customer is heated about, in their language and way of writing.

They are those of the sample's tone guide and of its article about calming an angry customer; "…" is for the rep to fill in. A
page shows them quietly, with a link to the article that they are from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kb.service.frustration.reasons import kind_of

_FILE = Path(__file__).with_name("calm_wording.json")
MOST_SENTENCES = 3
# Kinds of reasons that have a wording of their own, the most pressing first, and the wording that they share.
_WORDING_OF = {
    "legal": "legal",
    "public": "public",
    "manager": "manager",
    "contacts": "contacts",
    "repeat": "contacts",
    "says it again": "contacts",
    "waited minutes": "waited",
    "waited hours": "waited",
    "wait": "waited",
    "put off": "put off",
    "accuse": "accuse",
    "leaving": "leaving",
    "silent": "silent",
    "abuse": "abuse",
}


@dataclass(frozen=True)
class Wording:
    """sentences: 1 to 3, each with the key of its article (translation_key of an internal article)."""

    sentences: tuple[str, ...]
    articles: tuple[str, ...]


@lru_cache(maxsize=1)
def _wordings() -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data


def calm_wording(level: int, reasons: Sequence[str], language: str, *, order_is_known: bool = True) -> Wording | None:
    """What can be said to a customer of this level for these reasons (as stored); None for one who is calm.

    language: a BCP 47 tag, `hi-Latn` and `bn-Latn` too: answers come in the customer's script. Another language gets English.
    order_is_known: False adds the question that brings people back to the matter.
    """
    if level <= 0:
        return None
    kinds = {kind for reason in reasons if (kind := kind_of(reason)) is not None}
    names = list(dict.fromkeys(name for kind, name in _WORDING_OF.items() if kind in kinds))
    # Anger is said back first; after that come the reasons.
    chosen = [*(["angry"] if level >= 2 else []), *names] or ["annoyed"]
    chosen = chosen[:MOST_SENTENCES]
    if not order_is_known and len(chosen) < MOST_SENTENCES:
        chosen.append("one question")
    by_name = [_wordings()[name] for name in chosen]
    return Wording(
        tuple(_in_language(one, language) for one in by_name),
        tuple(dict.fromkeys(one["article"] for one in by_name)),
    )


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(language.partition("-")[0], texts["en"])
