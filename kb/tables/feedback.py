"""Storing feedback so that each thing counts once, and reading which document it is about."""

import re
from collections.abc import Iterable
from typing import cast

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from kb.core.database import upsert
from kb.core.errors import InvalidInputError
from kb.tables.base import utc_now
from kb.tables.search import VOTES, Feedback, FeedbackKind, feedback_key

_TABLE = cast(Table, Feedback.__table__)
_DOCUMENT = re.compile(r"(article|ticket):([1-9][0-9]{0,9})", re.ASCII)
LARGEST_ID = 2**31 - 1  # of an INTEGER in PostgreSQL


def parse_document(text: str) -> tuple[str, int] | None:
    """("article", 12) for "article:12"; None for what can be no document, however it came to be stored."""
    found = _DOCUMENT.fullmatch(text)
    if found is None or int(found[2]) > LARGEST_ID:
        return None
    return found[1], int(found[2])


def article_numbers(documents: Iterable[str]) -> list[int]:
    """Of the documents that are articles."""
    return [found[1] for one in documents if (found := parse_document(one)) is not None and found[0] == "article"]


def store_feedback(
    session: Session, kind: FeedbackKind, *, event_id: int | None, document: str = "", visit: str | None = None
) -> None:
    """One row, however often and from however many threads the same is stored; a vote takes the place of the one before.

    A vote that is changed is a new row, with a new id: whoever has looked at the old one has to look again.

    document: "article:12", or "" for a search as a whole; raises InvalidInputError for anything else.
    """
    if document and parse_document(document) is None:
        raise InvalidInputError(
            "%(document)r names no document.", remedy="An example: article:12", document=document[:40]
        )
    row = {
        "key": feedback_key(event_id=event_id, visit=visit, kind=kind.value, document=document),
        "event_id": event_id,
        "kind": kind.value,
        "document": document,
        "visit": visit,
        "created_at": utc_now(),
    }
    if kind in VOTES:
        session.connection().execute(delete(_TABLE).where(_TABLE.c.key == row["key"], _TABLE.c.kind != kind.value))
    upsert(session, _TABLE, row, key=("key",), change=("kind",))
