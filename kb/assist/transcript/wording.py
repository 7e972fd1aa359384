"""Which side talks like this: how often words are those of somebody who serves, or of somebody who asks for themselves."""

from pathlib import Path

import regex

from kb.text.terms import normalise
from kb.text.words import WORD_CLASS

PHRASES_FILE = Path(__file__).parent / "wording.txt"
_LONGEST = 1500
_PER_MESSAGE = 3.0
# Hardly any customer says "How can I help you?".
_OPENING = 3.0


def _patterns() -> dict[str, "regex.Pattern[str]"]:
    phrases: dict[str, list[str]] = {}
    for line in PHRASES_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = phrases.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            # Words are compared as search compares them.
            section.append(normalise(line))
    return {
        side: regex.compile(rf"(?<![{WORD_CLASS}])(?:{'|'.join(found)})(?![{WORD_CLASS}])")
        for side, found in phrases.items()
    }


_PATTERNS = _patterns()


def serving(text: str) -> float:
    """How much a message sounds like one who serves (above 0) or one who asks (below 0); 0 where nothing tells."""
    words = normalise(text[:_LONGEST])
    opens, serves, asks = (len(_PATTERNS[side].findall(words)) for side in ("opens", "serves", "asks"))
    return (_OPENING if opens else 0.0) + max(-_PER_MESSAGE, min(_PER_MESSAGE, 1.5 * serves - asks))
