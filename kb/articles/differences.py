"""What differs between two texts, word by word, in bounded time."""

from dataclasses import dataclass
from difflib import SequenceMatcher

import regex

from kb.text.words import WORD_CLASS

# Pairs that are compared: beyond this the whole piece counts as replaced.
_MOST_PAIRS = 2_000_000
_PIECE = regex.compile(rf"[{WORD_CLASS}]+|\s+|.", regex.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A run of text. kind: same | removed | added."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """`before` and `after` as one text: what is in both, what was removed, what was added. Nothing is left out."""
    pieces: list[Piece] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, old_part, new_part in _aligned(old, new):
        if tag == "equal":
            pieces.append(Piece("same", "".join(old_part)))
            continue
        old_words, new_words = _PIECE.findall("".join(old_part)), _PIECE.findall("".join(new_part))
        for inner, gone, come in _aligned(old_words, new_words):
            if inner == "equal":
                pieces.append(Piece("same", "".join(gone)))
                continue
            pieces += [Piece("removed", "".join(gone))] if gone else []
            pieces += [Piece("added", "".join(come))] if come else []
    return _joined(pieces)


def _aligned(old: list[str], new: list[str]) -> list[tuple[str, list[str], list[str]]]:
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    found = [("equal", old[:start], new[:start])] if start else []
    if len(middle_old) * len(middle_new) > _MOST_PAIRS:
        found.append(("replace", middle_old, middle_new))
    elif middle_old or middle_new:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=len(middle_new) > 500)
        found += [(tag, middle_old[a:b], middle_new[c:d]) for tag, a, b, c, d in matcher.get_opcodes()]
    if end:
        found.append(("equal", old[len(old) - end :], new[len(new) - end :]))
    return found


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def around_changes(pieces: list[Piece], context: int = 240) -> list[Piece]:
    """The same with long unchanged runs cut to what stands near a change (characters on each side)."""
    shown: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.kind != "same" or len(piece.text) <= 2 * context:
            shown.append(piece)
            continue
        head = piece.text[:context] if place else ""
        tail = piece.text[-context:] if place < len(pieces) - 1 else ""
        shown.append(Piece("same", f"{head} … {tail}"))
    return shown
