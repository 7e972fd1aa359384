"""Few segments: small ones are merged with their neighbours, and what is gone is left out.

As they come, so that there are few of them and each passage is written a logarithmic number of times (O'Neil et al. 1996, "The
log-structured merge-tree").
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from indexer.backends.faiss_tantivy.lexical import LexicalIndex
from indexer.backends.faiss_tantivy.manifest import (
    CollectionEntry,
    SegmentEntry,
    checksum,
    read_manifest,
    write_manifest,
)
from indexer.backends.faiss_tantivy.segment import (
    LIMITS,
    Segment,
    SegmentLimits,
    VectorSizes,
    merge_segments,
    new_name,
    open_segment,
)
from indexer.backends.faiss_tantivy.segments import read_removed
from indexer.backends.faiss_tantivy.statistics import describe_segments, read_statistics, write_statistics
from kb.search.encoding import Ids
from kb.search.types import CollectionName

# A segment joins those behind it where it is not more than so many times as large as they are together.
_RATIO = 3
# Where more than this share of the passages in segments is gone, all are merged.
_MOST_REMOVED = 0.25


def merge_tail(parent: Path, segments: Sequence[Segment], removed: Ids, limits: SegmentLimits) -> list[Segment]:
    """The segments with those at their end merged that are due and have at most `merged_at_once` passages together: that takes a
    fraction of a second. Larger ones are merged beside it, see `merge_large_segments`."""
    first = _first_due([len(segment) for segment in segments], limits.merged_at_once)
    if first is None:
        return list(segments)
    merged = merge_segments(parent, segments[first:], removed, limits)
    return [*segments[:first], *([open_segment(parent, merged, check=False)] if merged else ())]


def _first_due(sizes: Sequence[int], most: int | None) -> int | None:
    """Where the run of segments begins that are to be merged with the last one; None where none are."""
    first, total = len(sizes) - 1, sum(sizes[-1:])
    while first > 0 and sizes[first - 1] <= _RATIO * total and (most is None or sizes[first - 1] + total <= most):
        first -= 1
        total += sizes[first]
    return first if 0 <= first < len(sizes) - 1 else None


def finish_entry(
    parent: Path,
    entry: CollectionEntry,
    segments: Sequence[Segment],
    removed: Ids,
    sizes: VectorSizes,
    *,
    is_anew: bool,
) -> CollectionEntry:
    """The entry with these segments, `removed` cut down to what is in them, and statistics written.

    is_anew: look at how passages lie even if that has hardly moved.
    """
    ids = [segment.table.ids for segment in segments]
    removed = removed[np.isin(removed, np.concatenate(ids))] if ids else removed[:0]
    files = {}
    if len(removed):
        files["removed"] = f"removed-{new_name()}.npy"
        np.save(parent / files["removed"], removed)
    before = None if is_anew or not entry.statistics else read_statistics(parent / entry.statistics)
    terms = LexicalIndex.open(parent / entry.lexical).searcher().all_terms()
    files["statistics"] = f"statistics-{new_name()}.npz"
    write_statistics(parent / files["statistics"], describe_segments(segments, removed, sizes, before, terms))
    return replace(
        entry,
        segments=tuple(segment.entry for segment in segments),
        removed=files.get("removed", ""),
        statistics=files["statistics"],
        checksums={name: checksum(parent / name) for name in files.values()},
    )


def merge_large_segments(root: Path, write_lock: FileLock, limits: SegmentLimits = LIMITS) -> list[str]:
    """Merge what is due and too large to be merged at once; returns the names of the collections that were.

    Segments never change, so the work needs no lock: only putting the result in place does, for a moment. One process at a time;
    where another is at it already, nothing is done.
    """
    merged: list[str] = []
    try:
        with FileLock(root / "merge.lock").acquire(blocking=False):
            merged += [name.value for name in CollectionName if _merge_collection(root, name, write_lock, limits)]
    except Timeout:
        pass
    return merged


def _merge_collection(root: Path, name: CollectionName, write_lock: FileLock, limits: SegmentLimits) -> bool:
    parent, entry = root / name.value, read_manifest(root).collection(name)
    run = _run_to_merge(parent, entry)
    if not run:
        return False
    removed = read_removed(parent, entry)
    new = merge_segments(parent, [open_segment(parent, item, check=False) for item in run], removed, limits)
    with write_lock:
        manifest = read_manifest(root)
        entry = manifest.collection(name)
        names = [item.name for item in entry.segments]
        wanted = [item.name for item in run]
        if wanted[0] not in names or names[(first := names.index(wanted[0])) :][: len(wanted)] != wanted:
            return False  # another build has taken their place: what was merged is removed in time
        kept = [*entry.segments[:first], *([new] if new else ()), *entry.segments[first + len(wanted) :]]
        segments = [open_segment(parent, item, check=False) for item in kept]
        statistics = read_statistics(parent / entry.statistics)
        sizes = VectorSizes(len(statistics.background.mean), statistics.word_dimensions)
        entry = finish_entry(parent, entry, segments, read_removed(parent, entry), sizes, is_anew=False)
        write_manifest(root, replace(manifest, collections={**manifest.collections, name.value: entry}))
    return True


def _run_to_merge(parent: Path, entry: CollectionEntry) -> Sequence[SegmentEntry]:
    """Neighbouring segments that are to become one; empty where all is well."""
    sizes = [segment.passages for segment in entry.segments]
    if sizes and len(read_removed(parent, entry)) > _MOST_REMOVED * sum(sizes):
        return entry.segments
    first = _first_due(sizes, None)
    return entry.segments[first:] if first is not None else ()
