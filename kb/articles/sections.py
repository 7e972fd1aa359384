"""Sections of an article as it is read, and which of two versions belong together: over time, or in two languages.

All functions are pure, take any text, and are bounded: of an article with very many headings the last section holds the rest.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.articles.rendering import article_blocks
from kb.text.blocks import shown
from kb.text.likeness import dice
from kb.text.number_values import number_values
from kb.text.words import find_words

MOST_SECTIONS = 200
TITLE = ":title"  # the anchor of the title, which is a section too; no heading can have it
# Words of a section that are compared; likeness from which two texts are versions of one.
_WORDS, _ALIKE = 2_000, 0.4
# Of more pairs than this only those are compared whose places are near to each other.
_MOST_COMPARED, _NEAR = 2_500, 12
# What a pair of sections in two languages has to be worth, and what its signs are.
_WORTH, _SAME_ANCHOR, _SAME_LEVEL, _OTHER_LEVEL, _MARKS, _SHAPE, _PLACE, _SAME_BUILD = (
    0.5,
    1.5,
    0.3,
    -0.3,
    1.0,
    0.3,
    0.3,
    0.3,
)
# Names, codes and addresses are the same in every language.
_CODES = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*[0-9@/][A-Za-z0-9._:/@-]*|\b[A-Z]{2,}\b")


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it; the title and what stands before the first heading are sections too.

    anchor: TITLE, "" before the first heading, else the heading's id. level: of the heading, 1 of the title, 0 without one.
    text: what is read, with the heading, blocks apart by an empty line. shape: the kinds of its blocks.
    """

    anchor: str
    level: int
    title: str
    text: str
    shape: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """To be compared: white space does not count."""
        return " ".join(self.text.split())


Pair = tuple[int | None, int | None]


def sections_of(title: str, body: str) -> list[Section]:
    """The title first. A body without headings is one section."""
    found = [Section(TITLE, 1, title, title)]
    anchor, level, name = "", 0, ""
    texts: list[str] = []
    shape: list[str] = []

    def close() -> None:
        if texts:
            found.append(Section(anchor, level, name, "\n\n".join(texts), tuple(shape)))

    for block in article_blocks(body):
        text = shown(block.text).strip()
        if block.kind == "heading" and len(found) < MOST_SECTIONS - 1:
            close()
            anchor, level, name = block.anchor or "section", block.level, text
            texts, shape = [text], []
        elif text:
            texts.append(text)
            shape.append(block.kind)
    close()
    return found


def match_versions(old: Sequence[Section], new: Sequence[Section]) -> list[Pair]:
    """Which sections of an earlier text became which of a later one, in one language: places in `old` and `new`.

    The same text wherever it stands now, the same anchor, a text that is much alike, then what stands
    between the same neighbours. Each place is there once; with None it is gone, or new.
    In the order of `new`, then what is gone.
    """
    pairs: dict[int, int] = {}  # new: old
    taken: set[int] = set()

    def pair(i: int, j: int) -> None:
        pairs[j] = i
        taken.add(i)

    keys: tuple[Callable[[Section], str], ...] = (lambda one: one.plain, lambda one: one.anchor)
    for key in keys:
        places: dict[str, list[int]] = {}
        for i, one in enumerate(old):
            if i not in taken:
                places.setdefault(key(one), []).append(i)
        for j, one in enumerate(new):
            waiting = places.get(key(one), [])
            if j not in pairs and waiting:
                pair(waiting.pop(0), j)
    left_old, left_new = [i for i in range(len(old)) if i not in taken], [j for j in range(len(new)) if j not in pairs]
    words_old = {i: _word_counts(old[i].text) for i in left_old}
    words_new = {j: _word_counts(new[j].text) for j in left_new}
    near = len(left_old) * len(left_new) <= _MOST_COMPARED
    alike = sorted(
        (-dice(words_old[i], words_new[j]), abs(i - j), i, j)
        for i in left_old
        for j in left_new
        if near or abs(i - j) <= _NEAR
    )
    for likeness, _distance, i, j in alike:
        if -likeness >= _ALIKE and i not in taken and j not in pairs:
            pair(i, j)
    for left, there in _between_neighbours(len(old), len(new), pairs):
        pair(left, there)
    gone: list[Pair] = [(i, None) for i in range(len(old)) if i not in taken]
    return [(pairs.get(j), j) for j in range(len(new))] + gone


def match_languages(one: Sequence[Section], other: Sequence[Section]) -> list[Pair]:
    """Which sections of two languages of an article say the same: by anchor, level, place, kinds of blocks, and by the numbers,
    codes and names that are the same in every language. As match_versions, in the order of `other`."""
    same_build = [section.level for section in one] == [section.level for section in other]
    marks_one, marks_other = [_marks(section) for section in one], [_marks(section) for section in other]

    def worth(i: int, j: int) -> float:
        a, b = one[i], other[j]
        if TITLE in {a.anchor, b.anchor} or "" in {a.anchor, b.anchor}:
            return 3.0 if a.anchor == b.anchor else -9.0
        value = _SAME_ANCHOR if a.anchor == b.anchor else 0.0
        value += _SAME_LEVEL if a.level == b.level else _OTHER_LEVEL
        if marks_one[i] or marks_other[j]:
            value += _MARKS * (dice(marks_one[i], marks_other[j]) - 0.2)
        value += _SHAPE * dice(Counter(a.shape), Counter(b.shape))
        value += _PLACE * (1 - abs((i + 1) / (len(one) + 1) - (j + 1) / (len(other) + 1)))
        return value + (_SAME_BUILD if same_build and i == j else 0.0)

    table = [[worth(i, j) for j in range(len(other))] for i in range(len(one))]
    pairs = _best_in_order(table, len(one), len(other))
    taken = set(pairs.values())
    # What stands elsewhere in the other language is told by its marks alone.
    moved = sorted(
        (-dice(marks_one[i], marks_other[j]), i, j)
        for i in range(len(one))
        for j in range(len(other))
        if i not in taken and j not in pairs and len(marks_one[i] & marks_other[j]) > 1
    )
    for likeness, i, j in moved:
        if -likeness >= 0.6 and i not in taken and j not in pairs:
            pairs[j] = i
            taken.add(i)
    gone: list[Pair] = [(i, None) for i in range(len(one)) if i not in taken]
    return [(pairs.get(j), j) for j in range(len(other))] + gone


def are_alike(one: str, other: str) -> bool:
    """Whether two texts of one language are versions of one."""
    return dice(_word_counts(one), _word_counts(other)) >= _ALIKE


def _best_in_order(table: Sequence[Sequence[float]], rows: int, columns: int) -> dict[int, int]:
    """Column: row, the pairs of most worth that do not cross."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            value = table[i][j] - _WORTH
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + value if value > 0 else 0.0)
    pairs: dict[int, int] = {}
    i = j = 0
    while i < rows and j < columns:
        value = table[i][j] - _WORTH
        if value > 0 and best[i][j] == best[i + 1][j + 1] + value:
            pairs[j] = i
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _between_neighbours(olds: int, news: int, pairs: dict[int, int]) -> Iterable[tuple[int, int]]:
    """What is left between two neighbours that belong together, where there is as much of it on both sides."""
    back = {i: j for j, i in pairs.items()}
    found: list[tuple[int, int]] = []
    start = -1
    for i in range(olds + 1):
        if i < olds and i not in back:
            continue
        left = list(range(start + 1, i))
        before, after = back.get(start, -1), back.get(i, news)
        there = [j for j in range(before + 1, after) if j not in pairs]
        if left and len(left) == len(there) and (start < 0 or before >= 0):
            found += list(zip(left, there, strict=True))
        start = i
    used: set[int] = set()
    for i, j in found:
        if j not in used:
            used.add(j)
            yield i, j


def _marks(section: Section) -> Counter[str]:
    text = section.text[:20_000]
    numbers = {f"{value:g}" for value in number_values(text)}
    return Counter(numbers | {code.strip("._:/-").lower() for code in _CODES.findall(text)} - {""})


def _word_counts(text: str) -> Counter[str]:
    return Counter(find_words(text.casefold())[:_WORDS])
