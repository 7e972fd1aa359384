"""A theme for the product team: as data, as rows of a table, and as the text of an issue. All of it is redacted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from kb.insight.voice.listing import ThemeRow
from kb.tables import VoiceStatement

COLUMNS = ("theme", "title", "state", "kind", "source", "language", "said_at", "due_on", "answered_at", "text")
# An issue is read: the newest statements say it.
QUOTES = 8
LONGEST_QUOTE = 400
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(row: ThemeRow, statements: Sequence[VoiceStatement]) -> dict[str, Any]:
    """Numbers of customers and conversations stay here."""
    return {
        "theme": row.id,
        "title": row.title,
        "state": row.state,
        "owner": row.owner,
        "feedback": row.feedback,
        "complaints": row.complaints,
        "unanswered": row.unanswered,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "last_30_days": row.last_month,
        "30_days_before": row.month_before,
        "languages": dict(Counter(one.language for one in statements).most_common()),
        "statements": [
            {
                "kind": one.kind,
                "source": one.source,
                "language": one.language,
                "said_at": one.said_at.isoformat(),
                "answered_at": one.answered_at.isoformat() if one.answered_at else None,
                "text": one.text,
            }
            for one in statements
        ],
    }


def to_rows(row: ThemeRow, statements: Sequence[VoiceStatement]) -> Iterator[list[str]]:
    """One row a statement, in COLUMNS. Nothing in it is a formula."""
    for one in statements:
        answered = one.answered_at.isoformat() if one.answered_at else ""
        due = one.due_on.isoformat() if one.due_on else ""
        cells = [str(row.id), row.title, row.state, one.kind, one.source, one.language, one.said_at.isoformat()]
        yield [_plain(cell) for cell in (*cells, due, answered, one.text)]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def issue_text(row: ThemeRow, statements: Sequence[VoiceStatement], url: str) -> str:
    """Markdown, in English as trackers are: title, counts, trend, quotes, the address of the theme."""
    lines = [f"# {row.title}", ""]
    lines.append(f"{row.feedback} pieces of feedback, {row.complaints} complaints ({row.unanswered} not answered yet).")
    lines.append(f"Last 30 days: {row.last_month}; the 30 days before: {row.month_before}.")
    languages = Counter(one.language for one in statements)
    lines.append("Languages: " + ", ".join(f"{language} {count}" for language, count in languages.most_common()) + ".")
    lines += ["", "## In the customers' words", ""]
    for one in statements[:QUOTES]:
        text = " ".join(one.text.split())
        cut = text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
        lines.append(f"> {cut}")
        lines += [f"> ({one.kind}, {one.language}, {one.said_at:%Y-%m-%d})", ""]
    lines.append(url)
    return "\n".join(lines)
