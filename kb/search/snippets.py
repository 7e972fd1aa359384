"""The piece of a passage that is shown, with its best sentence marked. Nothing is encoded: words decide, by their weight."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import regex

from kb.search.types import PassageText

SNIPPET_LENGTH = 280
_BULLET = regex.compile(r"(?:[-*•>]\s+)+(?:\[[ xX]\] )?")


def choose_snippet(passage: PassageText, weights: Mapping[str, float]) -> tuple[str, tuple[int, int]]:
    """The snippet and where in it the best sentence stands.

    weights: word beginnings (lower case) of the query -> how telling they are. Without any hit the first sentence is marked.
    """
    text, ends = passage.text, passage.ends
    if not text:
        return "", (0, 0)
    best = _best_sentence(text, ends, weights)
    start, end = ends[best - 1] + 1 if best else 0, ends[best]
    if end - start > SNIPPET_LENGTH:
        marked = text[start : start + SNIPPET_LENGTH - 1].rsplit(" ", 1)[0] + "…"
        return marked, (0, len(marked))
    # Grow around the best sentence, forwards first: people read on.
    begin, finish, first, last = start, end, best, best
    while True:
        if last + 1 < len(ends) and ends[last + 1] - begin <= SNIPPET_LENGTH:
            last += 1
            finish = ends[last]
        elif first > 0 and finish - (before := ends[first - 2] + 1 if first > 1 else 0) <= SNIPPET_LENGTH:
            first -= 1
            begin = before
        else:
            return text[begin:finish], (start - begin, end - begin)


def _best_sentence(text: str, ends: Sequence[int], weights: Mapping[str, float]) -> int:
    lowered = text.lower()  # longer than the text where it has an İ, which does no harm
    scores = [0.0] * len(ends)
    for beginning, weight in weights.items():
        position = lowered.find(beginning)
        while position >= 0:
            if position == 0 or not lowered[position - 1].isalnum():
                sentence = bisect_left(ends, position)
                if sentence == len(ends):
                    break
                scores[sentence] += weight  # once for a sentence: go on behind it
                position = lowered.find(beginning, ends[sentence] + 1)
            else:
                position = lowered.find(beginning, position + len(beginning))
    return scores.index(max(scores))


def clean_line(line: str) -> str:
    """A line of a passage as part of a running text: without its bullet, single blanks."""
    stripped = line.strip()
    bullet = _BULLET.match(stripped)
    return " ".join(stripped[bullet.end() if bullet else 0 :].split())
