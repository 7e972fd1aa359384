"""An evaluation's figures as tables for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from webapp.commands.console import out

# Differences that chance alone would give less often than this are marked.
SIGNIFICANT = 0.05
_JUDGED = ("auroc", "ap", "precision", "recall", "f1", "ece")


def print_report(report: Mapping[str, Any]) -> None:
    """Print what `Evaluation.to_json` gave."""
    out.print(
        f"[bold]{report['set']}[/] · {report['queries']:,} queries · {report['documents']:,} documents in "
        f"{', '.join(report['corpus_languages'])} · {report['passages']:,} passages"
    )
    names = list(report["metrics"])
    table = _table("", "queries", *names)
    table.add_row("all", f"{report['queries']:,}", *_cells(report["metrics"], report["intervals"]["metrics"], names))
    # With one language on both sides this would be the same line again.
    directions = report["by_direction"] if len(report["by_direction"]) > 1 else {}
    for direction, figures in directions.items():
        intervals = report["intervals"]["by_direction"][direction]
        table.add_row(direction, f"{figures['queries']:,}", *_cells(figures, intervals, names))
    out.print(table)
    judged = [name for name in ("miss", "speak") if name in report]
    if judged:
        table = _table("", *_JUDGED)
        for name in judged:
            table.add_row(name, *_cells(report[name], report["intervals"].get(name, {}), _JUDGED))
        out.print(table)
        for name in judged:
            figures = report[name]
            what = {"miss": "questions have no answer", "speak": "turns ask for something"}[name]
            total = figures["positives"] + figures["negatives"]
            out.print(
                f"{name}: {figures['positives']:,} of {total:,} {what}; threshold {figures['threshold']:.2f}",
                style="dim",
            )
    if "outcomes" in report:
        _print_outcomes(report["outcomes"])
    times = report["latency_ms"]
    out.print(f"Half of {times['queries']} queries within {times['p50']:.1f} ms, 95 % within {times['p95']:.1f} ms.")


def _print_outcomes(outcomes: Mapping[str, Mapping[str, int]]) -> None:
    words = {
        "right_first": "first result right",
        "wrong_first": "first result wrong",
        "unanswerable": "no answer exists",
    }
    table = _table("what people were told", "answered", "unsure", "none")
    for kind, counts in outcomes.items():
        total = sum(counts.values())
        if total:
            table.add_row(words[kind], *(f"{count:,} ({count / total:.0%})" for count in counts.values()))
    out.print(table)


def print_comparison(compared: Mapping[str, Any]) -> None:
    """Print what `kb.evaluation.comparing.compare` gave."""
    note = "" if compared["same_data"] else " [yellow]The data have changed since.[/]"
    out.print(f"\nCompared with [bold]{compared['file']}[/] over {compared['queries']:,} queries.{note}")
    table = _table("", "figure", "before", "after", "difference", "95 %", "p")
    directions = compared["by_direction"] if len(compared["by_direction"]) > 1 else {}
    parts = [("all", compared["metrics"]), *directions.items()]
    parts += [(name, compared[name]) for name in ("miss", "speak") if name in compared]
    for part, figures in parts:
        for name, values in figures.items():
            low, high = values["interval"]
            style = ""
            if values["p"] < SIGNIFICANT:
                style = "green" if values["difference"] > 0 else "red"
            table.add_row(
                part,
                name,
                f"{values['before']:.3f}",
                f"{values['after']:.3f}",
                f"{values['difference']:+.3f}",
                f"{low:+.3f} … {high:+.3f}",
                f"{values['p']:.4f}" + (" *" if values["p"] < SIGNIFICANT else ""),
                style=style,
            )
    out.print(table)
    out.print(f"* p < {SIGNIFICANT}; of twenty figures one is marked so by chance.", style="dim")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _cells(figures: Mapping[str, Any], intervals: Mapping[str, Sequence[float]], names: Sequence[str]) -> list[str]:
    """For each name the figure over its interval; a dash where there is no figure."""
    cells = []
    for name in names:
        value = figures[name]
        if value is None:
            cells.append("–")
        elif name in intervals:
            low, high = intervals[name]
            cells.append(f"{value:.3f}\n[dim]{_short(low)}–{_short(high)}[/]")
        else:
            cells.append(f"{value:.3f}")
    return cells


def _short(value: float) -> str:
    return "1" if value == 1.0 else f"{value:.2f}".removeprefix("0")
