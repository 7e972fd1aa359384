"""Words that are nearly known ones."""

from collections import defaultdict
from collections.abc import Iterable


class Spelling:
    """Known words by what is left when one letter is missing (Garbe's symmetric deletes): one slip, in longer words."""

    MIN_LENGTH = 5

    def __init__(self, words: Iterable[str]) -> None:
        self._known = set(words)
        self._by_rest: dict[str, set[str]] = defaultdict(set)
        for word in self._known:
            if self._has_slips(word):
                for rest in _deletes(word):
                    self._by_rest[rest].add(word)

    def like(self, word: str) -> list[tuple[str, float]]:
        """Known words like `word`, with likeness: 1 for itself, 0.8 for one slip. Nothing else is tried when it is known."""
        if word in self._known:
            return [(word, 1.0)]
        if not self._has_slips(word):
            return []
        others = set(self._by_rest.get(word, ()))
        for rest in _deletes(word):
            others |= self._by_rest.get(rest, set())
            if rest in self._known and self._has_slips(rest):
                others.add(rest)
        return [(other, 0.8) for other in sorted(others) if other[0] == word[0]]

    def _has_slips(self, word: str) -> bool:
        return len(word) >= self.MIN_LENGTH and not any(c.isdigit() for c in word)


def _deletes(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
