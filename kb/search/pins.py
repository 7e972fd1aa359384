"""Pinned answers: for some questions, word for word, a trainer has said which article stands first."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from kb.text.language import guess_language
from kb.text.terms import query_terms


class Pin(NamedTuple):
    """until: the last day that it holds, None for always."""

    wordings: tuple[str, ...]
    article: int
    until: date | None = None


def pin_key(text: str, language: str) -> tuple[str, ...]:
    """What two wordings of one question share: their content words in order, whatever their endings, case and signs."""
    return tuple(query_terms(text, language))


class Pins:
    """Those in use; never changed, others take their place."""

    def __init__(self, pins: Sequence[Pin] = ()) -> None:
        self.pins = tuple(pins)
        self._by_key: dict[tuple[str, ...], list[Pin]] = {}
        for pin in pins:
            for key in {pin_key(wording, guess_language(wording)) for wording in pin.wordings}:
                if key:
                    self._by_key.setdefault(key, []).append(pin)

    def find(self, text: str, language: str, today: date) -> Pin | None:
        """The pin of a query, the newest of several."""
        if not self._by_key:
            return None
        found = self._by_key.get(pin_key(text, language), ())
        return next((pin for pin in reversed(found) if pin.until is None or pin.until >= today), None)


NO_PINS = Pins()
