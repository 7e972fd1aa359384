"""The running text around the piece that answers, for where a result is one paragraph. Nothing is encoded."""

from bisect import bisect_left
from collections.abc import Mapping

import regex

from kb.search.types import PassageText, PieceKind

SNIPPET_LENGTH = 280
_BULLET = regex.compile(r"(?:[-*•>]\s+)+(?:\[[ xX]\] )?")
_ITEM = frozenset((PieceKind.NUMBERED, PieceKind.BULLETED, PieceKind.OF_ITEM, PieceKind.NESTED))
# What a snippet does not grow over.
_APART = frozenset((PieceKind.HEADING, PieceKind.TITLE, PieceKind.HEAD))


def snippet_around(passage: PassageText, piece: int) -> tuple[str, tuple[int, int]]:
    """The text around this piece and where in it the piece stands. It grows over pieces of the same kind alone: half of a
    table after a sentence says nothing."""
    text, ends = passage.text, passage.ends
    if not ends:
        return "", (0, 0)
    first, last = _whole_item(passage, piece)
    start, end = ends[first - 1] + 1 if first else 0, ends[last]
    if end - start > SNIPPET_LENGTH:
        marked = text[start : start + SNIPPET_LENGTH - 1].rsplit(" ", 1)[0] + "…"
        return marked, (0, len(marked))
    # Grow around it, forwards first: people read on.
    begin, finish, group = start, end, _group(passage, first)
    while True:
        if last + 1 < len(ends) and _group(passage, last + 1) == group and ends[last + 1] - begin <= SNIPPET_LENGTH:
            last += 1
            finish = ends[last]
        elif (
            first > 0
            and _group(passage, first - 1) == group
            and finish - (before := ends[first - 2] + 1 if first > 1 else 0) <= SNIPPET_LENGTH
        ):
            first -= 1
            begin = before
        else:
            return text[begin:finish], (start - begin, end - begin)


def _whole_item(passage: PassageText, piece: int) -> tuple[int, int]:
    """The first and last piece of the item of a list that begins here; otherwise the piece itself."""
    last = piece
    if passage.kinds and passage.kinds[piece].lower() in _ITEM:
        while last + 1 < len(passage.ends) and passage.kinds[last + 1].lower() in (PieceKind.OF_ITEM, PieceKind.NESTED):
            last += 1
    return piece, last


def _group(passage: PassageText, piece: int) -> str:
    """What pieces have in common that may stand side by side; of what stands alone the place itself."""
    kind = passage.kinds[piece].lower() if passage.kinds else PieceKind.SENTENCE
    return f"{kind}{piece}" if kind in _APART else "list" if kind in _ITEM else kind


def piece_with_most_words(passage: PassageText, weights: Mapping[str, float]) -> int:
    """The piece that has the most telling words, the first of equals.

    weights: word beginnings (lower case) of the query -> how telling they are.
    """
    ends, lowered = passage.ends, passage.text.lower()  # longer than the text where it has an İ, which does no harm
    scores = [0.0] * len(ends)
    for beginning, weight in weights.items():
        position = lowered.find(beginning)
        while position >= 0:
            if position == 0 or not lowered[position - 1].isalnum():
                piece = bisect_left(ends, position)
                if piece == len(ends):
                    break
                scores[piece] += weight  # once for a piece: go on behind it
                position = lowered.find(beginning, ends[piece] + 1)
            else:
                position = lowered.find(beginning, position + len(beginning))
    if passage.kinds:
        scores = [-1.0 if kind in _APART else score for kind, score in zip(passage.kinds, scores, strict=True)]
    return scores.index(max(scores)) if scores else 0


def clean_line(line: str) -> str:
    """A line of a passage as part of a running text: without its bullet, single blanks."""
    stripped = line.strip()
    bullet = _BULLET.match(stripped)
    return " ".join(stripped[bullet.end() if bullet else 0 :].split())
