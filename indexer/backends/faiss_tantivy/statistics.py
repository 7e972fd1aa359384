"""What is known of all passages of a collection together, in one file: how they lie, and which words they have.

Written when segments change, so that every process has the same, however it came to its view: what ranking and spelling rest on
never depends on what a process has seen happen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.backends.faiss_tantivy.segment import Segment, VectorSizes
from kb.search.encoding import Ids
from kb.search.fusion import CollectionBackground, describe_collection

# How passages lie is looked at again when there are so many more or fewer of them.
_MOVED = 0.1
# Of larger collections so many passages are looked at: a tenth of a gigabyte at a time.
_SAMPLE = 100_000
_SEPARATOR = "\n"  # no term has it


@dataclass(frozen=True)
class Statistics:
    """background: see there; passages: how many there were when it was computed; terms: passages with each term, about;
    word_dimensions: length of the vector of a word."""

    background: CollectionBackground
    passages: int
    terms: Mapping[str, int]
    word_dimensions: int


def describe_segments(
    segments: Sequence[Segment], removed: Ids, sizes: VectorSizes, before: Statistics | None, terms: Mapping[str, int]
) -> Statistics:
    """What is known of the passages that are in segments and not removed; how they lie as `before`, if that has hardly moved."""
    keep = [np.flatnonzero(~np.isin(segment.table.ids, removed)) for segment in segments]
    count = sum(map(len, keep))
    if before is not None and abs(count - before.passages) <= _MOVED * before.passages:
        return Statistics(before.background, before.passages, terms, sizes.word)
    if count > _SAMPLE:
        random = np.random.default_rng(0)
        keep = [rows[random.random(len(rows)) < _SAMPLE / count] for rows in keep]
    pairs = list(zip(segments, keep, strict=True))
    vectors = [np.asarray(segment.dense.vectors[rows]) for segment, rows in pairs]
    groups = [segment.table.groups[rows] for segment, rows in pairs]
    background = describe_collection(
        np.concatenate([np.zeros((0, sizes.text), np.float32), *vectors]),
        np.concatenate([np.zeros(0, np.int64), *groups]),
    )
    return Statistics(background, count, terms, sizes.word)


def write_statistics(path: Path, statistics: Statistics) -> None:
    background = statistics.background
    text = _SEPARATOR.join(statistics.terms).encode()
    with path.open("wb") as file:  # given a name, numpy would add an ending to it
        np.savez(
            file,
            mean=background.mean,
            radius=np.float64(background.radius),
            neighbour=np.float64(background.neighbour),
            passages=np.int64(statistics.passages),
            word_dimensions=np.int64(statistics.word_dimensions),
            terms=np.frombuffer(text, np.uint8),
            counts=np.fromiter(statistics.terms.values(), np.int64, len(statistics.terms)),
        )


def read_statistics(path: Path) -> Statistics:
    """Raises OSError, ValueError, KeyError or zipfile.BadZipFile when the file is missing or broken."""
    with np.load(path) as columns:
        background = CollectionBackground(columns["mean"], float(columns["radius"]), float(columns["neighbour"]))
        text = columns["terms"].tobytes().decode()
        terms = text.split(_SEPARATOR) if text else []
        counts = columns["counts"].tolist()
        words = int(columns["word_dimensions"])
        return Statistics(background, int(columns["passages"]), dict(zip(terms, counts, strict=True)), words)
