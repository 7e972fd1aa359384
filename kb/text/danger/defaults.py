"""The rules that are shipped: a file for each language, in it each kind of danger."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path


class Level(StrEnum):
    EMERGENCY = "emergency"  # danger to life
    FRAUD = "fraud"  # money that is being taken
    URGENT = "urgent"  # stop using it


# Kinds of danger, the gravest first: of several in one text the first is told.
LEVELS: Mapping[str, Level] = {
    "self_harm": Level.EMERGENCY,
    "swallowed": Level.EMERGENCY,
    "shock": Level.EMERGENCY,
    "fire": Level.EMERGENCY,
    "gas": Level.EMERGENCY,
    "burn": Level.EMERGENCY,
    "injury": Level.EMERGENCY,
    "child": Level.EMERGENCY,
    "attack": Level.EMERGENCY,
    "fraud": Level.FRAUD,
    "battery": Level.URGENT,
}
# Rules are shipped in these; the first says the numbers of all.
LANGUAGES = ("en", "hi", "bn")


@dataclass(frozen=True)
class DefaultRule:
    """words: see `kb.text.danger.rules`; numbers: to call, the first one first."""

    kind: str
    language: str
    words: str
    message: str
    numbers: tuple[str, ...]


@lru_cache(maxsize=1)
def default_rules() -> Mapping[tuple[str, str], DefaultRule]:
    """Each rule by its kind and language, in the order of the kinds."""
    files = {
        language: tomllib.loads((Path(__file__).parent / f"rules_{language}.toml").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }
    return {
        (kind, language): DefaultRule(
            kind,
            language,
            files[language][kind]["words"].strip(),
            files[language][kind]["message"],
            tuple(files[LANGUAGES[0]][kind]["numbers"]),
        )
        for kind in LEVELS
        for language in LANGUAGES
    }
