"""Files that have gone by another name since the last sync: the same content elsewhere is the same article."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.articles.source import ArticleSource
from kb.tables import ArticleFile

_ALIKE = 0.6
_LEAST_LINES = 3
_MOST_PAIRS = 40_000


@dataclass(frozen=True)
class Gone:
    """A file that is not there any more, and the article that it stood for."""

    row: ArticleFile
    source: ArticleSource
    just_now: bool  # not in an earlier sync, which archived its article


def find_moves(gone: list[Gone], new: Mapping[str, ArticleSource]) -> dict[str, ArticleFile]:
    """The row that each new path goes on with. Only where there is no doubt: one article, one file."""
    moves: dict[str, ArticleFile] = {}
    by_text: dict[tuple[str, str], list[Gone]] = {}
    for one in gone:
        by_text.setdefault((one.source.language, _text(one.source)), []).append(one)
    same: dict[tuple[str, str], list[str]] = {}
    for path, source in new.items():
        same.setdefault((source.language, _text(source)), []).append(path)
    for key, paths in same.items():
        found = [one for one in by_text.get(key, []) if one.just_now] or by_text.get(key, [])
        if len(paths) == 1 and len(found) == 1:
            moves[paths[0]] = found[0].row
    used = {row.path for row in moves.values()}
    rest = [one for one in gone if one.just_now and one.row.path not in used]
    left = {path: source for path, source in new.items() if path not in moves}
    if rest and left and len(rest) * len(left) <= _MOST_PAIRS:
        moves.update(_alike(rest, left))
    return moves


def _alike(gone: list[Gone], new: Mapping[str, ArticleSource]) -> dict[str, ArticleFile]:
    """Files that were moved and changed at once: most of the lines are the same, and no other has as many of them."""
    lines = {one.row.path: _lines(one.source) for one in gone}
    best: dict[str, ArticleFile] = {}
    for path, source in new.items():
        mine = _lines(source)
        likeness = sorted(
            (
                (len(mine & lines[one.row.path]) / max(len(mine | lines[one.row.path]), 1), one)
                for one in gone
                if one.source.language == source.language and len(lines[one.row.path]) >= _LEAST_LINES
            ),
            key=lambda pair: -pair[0],
        )
        if likeness and likeness[0][0] >= _ALIKE and (len(likeness) == 1 or likeness[1][0] < likeness[0][0]):
            best[path] = likeness[0][1].row
    twice = [row.path for row in best.values()]
    return {path: row for path, row in best.items() if twice.count(row.path) == 1}


def _text(source: ArticleSource) -> str:
    return re.sub(r"\s+", " ", source.body).strip()


def _lines(source: ArticleSource) -> set[str]:
    return {line.strip() for line in source.body.split("\n") if line.strip()}
