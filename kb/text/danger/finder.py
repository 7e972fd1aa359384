"""A text to the kinds of danger in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kb.text.danger.combinations import CombinationIndex
from kb.text.danger.negation import is_denied
from kb.text.danger.places import PhraseIndex, Places, Reading, Span, read_words
from kb.text.danger.rules import RuleWords, complete, read_rules

# Characters. What somebody in danger writes is short; a pasted log is not read to its end.
MOST_READ = 40_000


@dataclass(frozen=True)
class Danger:
    """A kind of danger, and the words of the text (normalised) that tell of it."""

    kind: str
    words: tuple[str, ...]


class DangerFinder:
    """Rules made ready for many texts. Safe to share between threads."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """`texts`: (kind, what its rules say). Raises RuleError."""
        rules = RuleWords()
        for kind, text in texts:
            read_rules(kind, text, rules)
        complete(rules)
        self._kinds = [kind for kind, _ in rules.dangers]
        self._dangers = CombinationIndex([combination for _, combination in rules.dangers])
        self._ordinary = CombinationIndex(rules.ordinary)
        self._things = frozenset(rules.things)
        self._phrases = PhraseIndex(rules.lists)

    def rank(self, kind: str) -> int:
        """The place of a kind in the order of the rules."""
        return self._kinds.index(kind)

    def find(self, text: str) -> list[Danger]:
        """Each kind once, in the order of the rules. Of a text longer than MOST_READ its beginning and its end are read."""
        if len(text) > MOST_READ:
            text = f"{text[: MOST_READ // 2]}\n{text[-MOST_READ // 2 :]}"
        reading = read_words(text)
        places = self._phrases.find(reading.words)
        if not places:
            return []
        told = self._without_denied(reading, self._without_ordinary(reading, places))
        found: dict[str, Danger] = {}
        for number, groups in self._dangers.find(told):
            kind = self._kinds[number]
            if kind not in found and (spans := next(groups, None)) is not None:
                words = tuple(word for span in sorted(spans) for word in reading.words[span.start : span.end])
                found[kind] = Danger(kind, words)
        return list(found.values())

    def _without_ordinary(self, reading: Reading, places: Places) -> Places:
        taken: set[int] = set()
        for _, groups in self._ordinary.find(places):
            for spans in groups:
                if len({reading.sentences[span.start] for span in spans}) == 1:
                    taken.update(place for span in spans for place in range(span.start, span.end))
        if not taken:
            return places
        return _kept(places, lambda _name, span: taken.isdisjoint(range(span.start, span.end)))

    def _without_denied(self, reading: Reading, places: Places) -> Places:
        return _kept(places, lambda name, span: name in self._things or not is_denied(reading.words, span))


def _kept(places: Places, is_kept: Callable[[str, Span], bool]) -> Places:
    kept = ((name, [span for span in spans if is_kept(name, span)]) for name, spans in places.items())
    return {name: spans for name, spans in kept if spans}
