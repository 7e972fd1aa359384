"""The statements that reach the database while something runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

# Where a process looks whether there is a newer index or newer statistics, a few times a second, whatever is asked.
_LOOKED_AT_NOW_AND_THEN = re.compile(
    r"\b(index_builds|index_changes|query_statistics|own_calibrations|solved_groups)\b"
    r"|count\(curated_changes\.id\)|FROM curated_topics$|SELECT featured_articles\.article_key"
)


@contextmanager
def recorded_statements(engine: Engine) -> Iterator[list[str]]:
    """The list fills while the block runs, without the statement that counts a request before it is looked at (PostgreSQL)."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if " limit_counts " not in statement:
            seen.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def is_write(statement: str) -> bool:
    return not statement.upper().startswith(("SELECT", "WITH", "PRAGMA", "BEGIN", "ROLLBACK", "COMMIT"))


def is_of_the_page(statement: str) -> bool:
    """Whether a statement was run for what was asked, not because it was time to look for news; BEGIN asks nothing."""
    return statement != "BEGIN" and _LOOKED_AT_NOW_AND_THEN.search(statement) is None
