"""Which side talks like this: how often words are those of somebody who serves, or of somebody who asks for themselves."""

from pathlib import Path

import regex

from kb.text.terms import normalise
from kb.text.words import WORD_CLASS

PHRASES_FILE = Path(__file__).parent / "wording.txt"
_LONGEST = 1500
_PER_MESSAGE = 3.0


def _patterns() -> tuple["regex.Pattern[str]", "regex.Pattern[str]"]:
    phrases: dict[str, list[str]] = {}
    for line in PHRASES_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = phrases.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            # Words are compared as search compares them.
            section.append(normalise(line))
    serves, asks = (
        regex.compile(rf"(?<![{WORD_CLASS}])(?:{'|'.join(phrases[side])})(?![{WORD_CLASS}])")
        for side in ("serves", "asks")
    )
    return serves, asks


_SERVES, _ASKS = _patterns()


def serving(text: str) -> float:
    """How much a message sounds like one who serves (above 0) or one who asks (below 0); 0 where nothing tells."""
    words = normalise(text[:_LONGEST])
    serves, asks = len(_SERVES.findall(words)), len(_ASKS.findall(words))
    return max(-_PER_MESSAGE, min(_PER_MESSAGE, 1.5 * serves - asks))
