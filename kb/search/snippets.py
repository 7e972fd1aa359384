"""The piece of a passage that is shown, with its best sentence marked. Nothing is encoded: words decide, by their weight."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import regex

SNIPPET_LENGTH = 280
_MARKUP = regex.compile(r"\[\^[^\]\s]+\]:?|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|!?\[([^\]]*)\]\([^)]*\)")

_HAS_INLINE_MARKUP = regex.compile(r"[*_`\[]")
_HAS_MARKUP = regex.compile(r"[*_`\[\]|#>+!-]")
_TASK_BOX = regex.compile(r"\[[ xX]\] ")
_CELL_EDGE = regex.compile(r"\s+\|\s+(?:[-:| ]+\s+)?")
_ADMONITION = regex.compile(r"^!!!\s+\S+(?:\s+\S+)*?\s*(?:\"(.*)\")?$")


def choose_snippet(
    text: str, sentences: Sequence[Sequence[int]], weights: Mapping[str, float]
) -> tuple[str, tuple[int, int]]:
    """The snippet and where in it the best sentence stands.

    weights: word beginnings (lower case) of the query -> how telling they are. Without any hit the first sentence is marked.
    """
    if not text:
        return "", (0, 0)
    spans = sentences or [(0, len(text))]
    best = _best_sentence(text.lower(), spans, weights)
    start, end = spans[best]
    # Grow around the best sentence, forwards first: people read on.
    first, last = best, best
    while True:
        if last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= SNIPPET_LENGTH:
            last += 1
        elif first > 0 and spans[last][1] - spans[first - 1][0] <= SNIPPET_LENGTH:
            first -= 1
        else:
            break
    begin, finish = spans[first][0], spans[last][1]
    before, marked, after = (
        clean_inline(text[begin:start]),
        clean_inline(text[start:end]),
        clean_inline(text[end:finish]),
    )
    if len(marked) > SNIPPET_LENGTH:
        marked = marked[: SNIPPET_LENGTH - 1].rsplit(" ", 1)[0] + "…"
        after = ""
    before, marked, after = before.strip(), marked.strip(), after.strip()
    snippet = " ".join(part for part in (before, marked, after) if part)
    offset = len(before) + 1 if before else 0
    return snippet, (offset, offset + len(marked))


def _best_sentence(lowered: str, spans: Sequence[Sequence[int]], weights: Mapping[str, float]) -> int:
    starts = [start for start, _ in spans]
    scores = [0.0] * len(spans)
    for beginning, weight in weights.items():
        position = lowered.find(beginning)
        seen = -1
        while position >= 0:
            if position == 0 or not lowered[position - 1].isalnum():
                row = bisect_right(starts, position) - 1
                if row != seen and row >= 0 and position < spans[row][1]:
                    scores[row] += weight
                    seen = row
            position = lowered.find(beginning, position + len(beginning))
    return scores.index(max(scores))


def clean_inline(text: str) -> str:
    """Markdown of one line as a person reads it: marks of emphasis and code gone, links as their words."""
    if not text:
        return ""
    if not _HAS_MARKUP.search(text):
        return " ".join(text.split())
    lines = (_clean_line(line.strip()) for line in text.splitlines())
    joined = " ".join(line for line in lines if line)
    if _HAS_INLINE_MARKUP.search(joined):
        joined = _TASK_BOX.sub("", _MARKUP.sub(lambda match: match.group(1) or "", joined))
    return _CELL_EDGE.sub(" · ", joined) if "|" in joined else joined


def _clean_line(line: str) -> str:
    if line.startswith("!!!"):
        line = _ADMONITION.sub(r"\1", line)
    return line.lstrip("#>-*+| ").rstrip("| ")
