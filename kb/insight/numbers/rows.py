"""The rows that a figure was counted from: searches (redacted), conversations, waits, surveys of a period, the newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.judged import judged_searches
from kb.insight.numbers.contacts import LIVE, fate_of, is_real, told_fate
from kb.insight.numbers.day import Day
from kb.insight.numbers.measures import NOT_COUNTED
from kb.insight.numbers.reading import Period
from kb.tables import (
    Conversation,
    ConversationEvent,
    EventKind,
    Feedback,
    FeedbackKind,
    SearchEvent,
    Survey,
    SurveyKind,
    ToldWait,
)

# Of a figure, the newest: nobody reads further, and counting all of a million takes its time.
MOST = 10_000
_FEELINGS = {0: "calm", 1: "annoyed", 2: "angry"}


@dataclass(frozen=True)
class Row:
    """text: the redacted query, a subject, a comment. label: outcome, fate, feeling or score. seconds: a length, where it has
    one."""

    at: datetime
    text: str
    language: str
    channel: str
    label: str = ""
    seconds: float | None = None
    conversation_id: int | None = None


@dataclass(frozen=True)
class _Source:
    statement: Select[Any]
    make: Callable[[Any], Row]


def list_rows(
    session: Session, figure: str, period: Period, zone: tzinfo, *, limit: int, offset: int = 0
) -> tuple[list[Row], int]:
    """The rows of a figure (keys as in `kb.insight.numbers.figures`), and how many there are, MOST at most. Raises KeyError for
    others. Two statements."""
    span = Day(Day.of(period.first, zone).begins, Day.of(period.last, zone).ends)
    if figure == "sure":
        return _judged(session, span, limit, offset)
    source = _SOURCES[figure](span)
    newest_first = source.statement.selected_columns[0].desc()
    at = source.statement.selected_columns[0]
    newest = source.statement.order_by(newest_first).limit(MOST).with_only_columns(at, maintain_column_froms=True)
    count = session.scalar(select(func.count()).select_from(newest.subquery())) or 0
    rows = session.execute(source.statement.order_by(newest_first).limit(limit).offset(offset))
    return [source.make(row) for row in rows], count


def _searches(span: Day) -> _Source:
    columns: tuple[Any, ...] = (
        SearchEvent.created_at,
        SearchEvent.query,
        SearchEvent.language,
        SearchEvent.place,
        SearchEvent.outcome,
    )
    statement = select(*columns).where(*span.has(SearchEvent.created_at), SearchEvent.place.notin_(NOT_COUNTED))
    return _Source(statement, lambda row: Row(row[0], row.query, row.language, row.place, row.outcome))


def _asked_person(span: Day) -> _Source:
    found = _searches(span)
    asked = select(Feedback.event_id).where(Feedback.kind == FeedbackKind.ASKED_PERSON.value)
    return _Source(found.statement.where(SearchEvent.id.in_(asked)), found.make)


def _judged(session: Session, span: Day, limit: int, offset: int) -> tuple[list[Row], int]:
    now = utc_now()
    rows = []
    for search in judged_searches(session, since=now - span.begins, now=now):
        right = search.first_was_right
        if search.outcome == "answered" and right is not None and search.at < span.ends:
            label = "right" if right else "wrong"
            rows.append(Row(search.at, search.query, search.language, search.place, label))
    return rows[offset : offset + limit], len(rows)


def _conversation_columns(at: Any) -> Select[Any]:
    return select(
        at,
        Conversation.id,
        Conversation.subject,
        Conversation.preview,
        Conversation.language,
        Conversation.channel,
        Conversation.frustration,
        Conversation.created_at.label("began"),
        Conversation.first_response_at.label("answered"),
        Conversation.closed_at.label("closed"),
    ).where(is_real())


def _row(row: Any, seconds: float | None = None) -> Row:
    text = row.subject or row.preview
    label = _FEELINGS.get(row.frustration, "")
    return Row(row[0], text, row.language, row.channel, label, seconds, row.id)


def _begun(span: Day) -> _Source:
    statement = _conversation_columns(Conversation.created_at).where(*span.has(Conversation.created_at))
    return _Source(statement, _row)


def _first_responses(span: Day) -> _Source:
    column = Conversation.first_response_at
    statement = _conversation_columns(column).where(*span.has(column))
    return _Source(statement, lambda row: _row(row, (row.answered - row.began).total_seconds()))


def _resolutions(span: Day) -> _Source:
    statement = _conversation_columns(Conversation.closed_at).where(*span.has(Conversation.closed_at))
    return _Source(statement, lambda row: _row(row, (row.closed - row.began).total_seconds()))


def _handled(span: Day) -> _Source:
    statement = _conversation_columns(Conversation.closed_at).where(
        *span.has(Conversation.closed_at), Conversation.channel.in_(LIVE), Conversation.first_response_at.is_not(None)
    )
    return _Source(statement, lambda row: _row(row, (row.closed - row.answered).total_seconds()))


def _escalations(span: Day) -> _Source:
    kinds = (EventKind.ESCALATED.value, EventKind.HANDED_OVER.value)
    statement = (
        _conversation_columns(ConversationEvent.created_at)
        .add_columns(ConversationEvent.kind.label("what"))
        .join(ConversationEvent, ConversationEvent.conversation_id == Conversation.id)
        .where(ConversationEvent.kind.in_(kinds), *span.has(ConversationEvent.created_at))
    )
    return _Source(
        statement,
        lambda row: Row(row[0], row.subject or row.preview, row.language, row.channel, row.what, None, row.id),
    )


def _waits(span: Day) -> _Source:
    statement = (
        select(ToldWait.told_at, Conversation.id, Conversation.language, Conversation.channel, *told_fate())
        .join(Conversation, Conversation.id == ToldWait.conversation_id)
        .where(is_real(), ToldWait.is_first, *span.has(ToldWait.told_at))
    )
    return _Source(
        statement, lambda row: Row(row[0], "", row.language, row.channel, fate_of(row), row.waited, row.id)
    )  # fmt: skip


def _surveys(kind: SurveyKind) -> Callable[[Day], _Source]:
    def source(span: Day) -> _Source:
        columns: tuple[Any, ...] = (
            Survey.answered_at,
            Survey.comment,
            Survey.language,
            Survey.channel,
            Survey.score,
            Survey.conversation_id,
        )
        of_kind = (Survey.kind == kind.value, Survey.score.is_not(None))
        statement = select(*columns).where(*of_kind, *span.has(Survey.answered_at))
        return _Source(
            statement,
            lambda row: Row(row[0], row.comment, row.language, row.channel, str(row.score), None, row.conversation_id),
        )

    return source


_SOURCES: dict[str, Callable[[Day], _Source]] = {
    "searches": _searches,
    "found": _searches,
    "languages": _searches,
    "places": _searches,
    "asked_person": _asked_person,
    "conversations": _begun,
    "spoken": _begun,
    "feeling": _begun,
    "first_response": _first_responses,
    "resolution": _resolutions,
    "handling": _handled,
    "told": _waits,
    "waits": _waits,
    "escalations": _escalations,
    "satisfaction": _surveys(SurveyKind.SATISFACTION),
    "effort": _surveys(SurveyKind.EFFORT),
}
WITH_ROWS: Sequence[str] = (*_SOURCES, "sure")
