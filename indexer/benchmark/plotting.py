"""The figures of a run as a picture: what a search costs by stage, and how time and memory grow with the passages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kb.evaluation.plotting import check_plot_path, write_figure

_STAGES = ("encode", "lexical", "dense", "rank", "rerank", "load")


def plot_benchmark(path: Path, figures: Mapping[str, Any]) -> None:
    """As SVG or PNG. Raises InvalidInputError for another ending, and where the file cannot be written."""
    check_plot_path(path)
    growth = figures.get("growth", ())
    figure = Figure(figsize=(12.5 if growth else 7, 4.2), layout="constrained")
    axes = figure.subplots(1, 3 if growth else 1, squeeze=False)[0]
    _plot_stages(axes[0], figures)
    if growth:
        _plot_times(axes[1], growth)
        _plot_memory(axes[2], growth)
    write_figure(path, figure)


def _plot_stages(axes: Axes, figures: Mapping[str, Any]) -> None:
    """One bar above the other: each is the medians of its parts, laid end to end."""
    stages, limit = figures["query_ms"]["stages"], figures["limit_ms"]
    outside = max(stages["total"] - sum(stages[name] for name in _STAGES), 0.0)
    bars = {
        "bare encoder\n+ exact scan": {name: limit[name] for name in ("encode", "scan", "rerank")},
        "search": {**{name: stages[name] for name in _STAGES}, "outside": outside},
    }
    if in_process := figures["txtai"].get("in_process_ms"):
        bars[f"txtai {figures['txtai']['version']}"] = {"whole": in_process["p50"]}
    colours = {name: f"C{number}" for number, name in enumerate((*_STAGES, "outside", "scan", "whole"))}
    drawn: set[str] = set()
    for place, parts in enumerate(bars.values()):
        left = 0.0
        for name, milliseconds in parts.items():
            if milliseconds >= 0.05:  # thinner than a line
                told = name if name not in drawn else None
                axes.barh(place, milliseconds, left=left, color=colours[name], label=told, height=0.6)
                drawn.add(name)
                left += milliseconds
        axes.text(left, place, f" {left:.1f}", va="center")
    axes.set_yticks(range(len(bars)), list(bars))
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set(xlabel="ms", title=f"One search of {figures['passages']:,} passages, medians")
    axes.legend(ncols=4, fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.15))


def _plot_times(axes: Axes, growth: Sequence[Mapping[str, Any]]) -> None:
    sizes = [row["passages"] for row in growth]
    lines = {
        "whole search, p95": ([row["search_ms"]["p95"] for row in growth], "C0", ":"),
        "whole search, median": ([row["search_ms"]["p50"] for row in growth], "C0", "-"),
        "bare encoder": ([row["encode_ms"] for row in growth], "C1", "--"),
        "vectors alone": ([row["dense_ms"]["p50"] for row in growth], "C2", "-"),
        "exact scan": ([row["scan_ms"] for row in growth], "C3", "--"),
    }
    for label, (values, colour, line) in lines.items():
        axes.plot(sizes, values, line, color=colour, marker="o", markersize=4, label=label)
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms", title="Time of a search")
    axes.legend(fontsize="small")


def _plot_memory(axes: Axes, growth: Sequence[Mapping[str, Any]]) -> None:
    sizes = [row["passages"] for row in growth]
    lines = {
        "files on the disk": [row["build"]["files_mb"] for row in growth],
        "a process that writes them": [row["build"].get("most_rss_mb") for row in growth],
        "a process that searches": [row.get("most_rss_mb") for row in growth],
        "of it no page of a file": [row.get("own_mb") for row in growth],
    }
    for label, values in lines.items():
        if None not in values:
            axes.plot(sizes, values, marker="o", markersize=4, label=label)
    axes.set(xscale="log", xlabel="passages", ylabel="MB", title="Memory and disk", ylim=(0, None))
    axes.legend(fontsize="small")
