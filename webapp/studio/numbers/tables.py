"""Figures as tables for a spreadsheet (CSV). Nothing in a cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from kb.insight.numbers import ArticleUse, Figure

# What a spreadsheet takes for the beginning of a formula, or skips before one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: float | date | str | None) -> str:
    """Numbers as they are, the text of a formula behind an apostrophe, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return repr(round(value, 4))
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value


def figure_table(figure: Figure) -> str:
    """Raw values: shares of 1, lengths in seconds, keys as the API has them."""
    rows = ([point.key, *point.values] for point in figure.points)
    return _write([figure.parts, *(name or "all" for name in figure.series)], rows)


def articles_table(articles: Iterable[ArticleUse]) -> str:
    head = ["id", "title", "language", "reads", "reads_before", "yes", "no", "copied", "solved", "days_since_reviewed"]
    return _write(
        head,
        (
            [one.id, one.title, one.language, one.reads, one.before, one.yes, one.no, one.copied, one.solved, one.age]
            for one in articles
        ),
    )


def _write(head: Sequence[str], rows: Iterable[Sequence[float | date | str | None]]) -> str:
    """With a mark at the beginning by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(name) for name in head])
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()
