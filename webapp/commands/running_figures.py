"""The figures of the servers that run here, as numbers to reckon with."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from webapp.shared.figure_files import read_figures

Labels = frozenset[tuple[str, str]]
# Name and labels to value.
Samples = Mapping[tuple[str, Labels], float]


def snapshot(folders: Iterable[Path]) -> dict[tuple[str, Labels], float]:
    """All figures now, those of several servers added up (of gauges too: what several have is what there is)."""
    found: dict[tuple[str, Labels], float] = {}
    for folder in folders:
        for metric in read_figures(folder).values():
            for one in metric.samples:
                key = (one.name, frozenset(one.labels.items()))
                found[key] = found.get(key, 0.0) + one.value
    return found


def between(before: Samples, after: Samples) -> dict[tuple[str, Labels], float]:
    """What was counted in between. A server that was started in between has counted from nothing."""
    return {
        key: value - before.get(key, 0.0) if before.get(key, 0.0) <= value else value for key, value in after.items()
    }


def total(samples: Samples, name: str, **wanted: str) -> float:
    """The sum over all labels but those that are given."""
    asked = wanted.items()
    return sum(value for (one, labels), value in samples.items() if one == name and asked <= set(labels))


def by_label(samples: Samples, name: str, label: str) -> dict[str, float]:
    """The sums by one label."""
    found: dict[str, float] = {}
    for (one, labels), value in samples.items():
        if one == name and (key := dict(labels).get(label)) is not None:
            found[key] = found.get(key, 0.0) + value
    return found


def quantile(samples: Samples, name: str, share: float, **wanted: str) -> float:
    """Seconds within which so large a share of what a histogram measured was done; inf beyond its last bucket, NaN for nothing.

    Within a bucket values are taken to lie evenly, as Prometheus does.
    """
    buckets: dict[float, float] = {}
    for (one, labels), value in samples.items():
        if one == f"{name}_bucket" and wanted.items() <= set(labels):
            limit = float(dict(labels)["le"])
            buckets[limit] = buckets.get(limit, 0.0) + value
    limits = sorted(buckets)
    if not limits or not buckets[limits[-1]]:
        return math.nan
    rank = share * buckets[limits[-1]]
    below, low = 0.0, 0.0
    for limit in limits:
        if buckets[limit] >= rank:
            if math.isinf(limit):
                return math.inf
            inside = buckets[limit] - below
            return low + (limit - low) * ((rank - below) / inside if inside else 1.0)
        below, low = buckets[limit], limit
    return math.inf
