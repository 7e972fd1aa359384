"""One thing that a check found in a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any

LONGEST_QUOTE = 120


@dataclass(frozen=True)
class Finding:
    """kind: what was found, a word that the page has a sentence for; field: the field of the form, with the place in it as
    characters from `start` to `end`; values: what the sentence says, numbers and names."""

    kind: str
    field: str = "body"
    start: int = 0
    end: int = 0
    values: Mapping[str, Any] = with_default(default_factory=dict)

    def line(self, text: str) -> int:
        """The line of `text` that it begins in, the first is 1."""
        return text.count("\n", 0, self.start) + 1

    def quote(self, text: str) -> str:
        """What stands there, on one line, cut where it is long."""
        found = " ".join(text[self.start : self.end].split())
        return found if len(found) <= LONGEST_QUOTE else found[: LONGEST_QUOTE - 1].rsplit(" ", 1)[0] + "…"
