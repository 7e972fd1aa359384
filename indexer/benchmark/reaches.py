"""What the figures are to reach, and whether they do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# Whole searches of so many passages, as a multiple of those of BASE passages.
_GROWTH = {100_000: 1.3, 1_000_000: 2.0}
_FIRST_STAGE, _INDEXING, _TXTAI, _RECALL = 1.3, 0.9, 0.2, 0.98
_UNCHANGED, _UNCHANGED_S = 10_000, 5.0
_MEMORY_MB = {1_000_000: 2500.0}


@dataclass(frozen=True)
class Reach:
    """is_most: the figure is to be no more than `reach`, else no less."""

    what: str
    figure: float
    reach: float
    is_most: bool = True

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.figure <= self.reach if self.is_most else self.figure >= self.reach}


def compare_with_reaches(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each figure that has a reach and was measured in this run."""
    return [reach.to_json() for reach in (*_of_run(figures), *_of_growth(figures.get("growth", ())))]


def _of_run(figures: Mapping[str, Any]) -> Iterator[Reach]:
    yield Reach("first stage / (encoder + scan)", figures["first_stage"]["ratio"], _FIRST_STAGE)
    yield Reach("indexing / bare encoder", figures["index"]["ratio"], _INDEXING, is_most=False)
    if figures["unchanged"]["articles"] == _UNCHANGED:
        yield Reach(f"seconds for {_UNCHANGED:,} unchanged articles", figures["unchanged"]["seconds"], _UNCHANGED_S)
    if one_search := figures["txtai"].get("one_search"):
        yield Reach("one `kb search` / one search with txtai", one_search["ratio"], _TXTAI)


def _of_growth(rows: Sequence[Mapping[str, Any]]) -> Iterator[Reach]:
    for row in rows:
        passages = row["passages"]
        if passages in _GROWTH and row["times_base"] is not None:
            yield Reach(f"search of {passages:,} / of 10,000 passages", row["times_base"], _GROWTH[passages])
        yield Reach(f"recall@10 of {passages:,} passages", row["recall@10"], _RECALL, is_most=False)
        if passages in _MEMORY_MB and "most_rss_mb" in row:
            yield Reach(f"megabytes with {passages:,} passages", float(row["most_rss_mb"]), _MEMORY_MB[passages])
