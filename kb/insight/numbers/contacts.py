"""Counting a day's conversations, waits and surveys. The sample's conversations are none."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kb.insight.numbers.day import Counts, Day, add
from kb.insight.numbers.lengths import bucket_of
from kb.insight.numbers.measures import Measure
from kb.tables import (
    Channel,
    Conversation,
    ConversationEvent,
    EventKind,
    Survey,
    SurveyKind,
    ToldWait,
    UsedDocument,
    UsedState,
)

# Who writes again within this time, in another conversation, may have had to say it again.
AGAIN_WITHIN = timedelta(days=7)
# Where both sides are there at once, so that the length is a person's time and not a night between two mails.
LIVE = (Channel.CHAT.value, Channel.PHONE.value, Channel.WALK_IN.value)
# Who closes it later than this after the last word has not served it until then.
_CLOSING = timedelta(minutes=15)


def is_real() -> ColumnElement[bool]:
    """Not one of the sample's."""
    return Conversation.origin != "sample"


def count_contacts(session: Session, day: Day, counts: Counts) -> None:
    """Seven statements."""
    _count_begun(session, day, counts)
    _count_lengths(session, day, counts)
    _count_events(session, day, counts)
    _count_waits(session, day, counts)
    _count_surveys(session, day, counts)


def _count_begun(session: Session, day: Day, counts: Counts) -> None:
    other = aliased(Conversation)
    before = exists().where(other.customer_id == Conversation.customer_id, other.created_at < Conversation.created_at)
    again = before.where(other.created_at >= day.begins - AGAIN_WITHIN)
    rows = session.execute(
        select(
            Conversation.language,
            Conversation.channel,
            Conversation.frustration,
            or_(Conversation.visit.is_not(None), before).label("known"),
            again.label("again"),
        ).where(is_real(), *day.has(Conversation.created_at))
    )
    for language, channel, frustration, known, came_again in rows:
        subject = "known" if known else "new"
        add(counts, Measure.CONVERSATION, language=language, channel=channel, subject=subject)
        add(counts, Measure.FEELING, language=language, channel=channel, subject=str(frustration))
        if came_again:
            add(counts, Measure.AGAIN, channel=channel)


def _count_lengths(session: Session, day: Day, counts: Counts) -> None:
    answered: tuple[Any, ...] = (Conversation.channel, Conversation.created_at, Conversation.first_response_at)
    for row in session.execute(select(*answered).where(is_real(), *day.has(Conversation.first_response_at))):
        bucket = _bucket(row.created_at, row.first_response_at)
        add(counts, Measure.FIRST_RESPONSE, channel=row.channel, bucket=bucket)
    used = exists().where(
        UsedDocument.conversation_id == Conversation.id, UsedDocument.state != UsedState.NO_HELP.value
    )
    columns: tuple[Any, ...] = (
        Conversation.channel,
        Conversation.created_at,
        Conversation.first_response_at,
        Conversation.last_message_at,
        Conversation.closed_at,
        used.label("used"),
    )
    for row in session.execute(select(*columns).where(is_real(), *day.has(Conversation.closed_at))):
        add(counts, Measure.RESOLUTION, channel=row.channel, bucket=_bucket(row.created_at, row.closed_at))
        if row.channel in LIVE and row.first_response_at is not None:
            is_late = row.closed_at > row.last_message_at + _CLOSING
            end = row.last_message_at if is_late else row.closed_at
            subject = "with" if row.used else "without"
            bucket = _bucket(row.first_response_at, end)
            add(counts, Measure.HANDLING, channel=row.channel, subject=subject, bucket=bucket)


def _bucket(begins: datetime, ends: datetime) -> int:
    return bucket_of((ends - begins).total_seconds())


def _count_events(session: Session, day: Day, counts: Counts) -> None:
    measures = {EventKind.ESCALATED.value: Measure.ESCALATED, EventKind.HANDED_OVER.value: Measure.HANDED_OVER}
    rows = session.execute(
        select(ConversationEvent.kind, Conversation.channel, func.count())
        .join(Conversation, Conversation.id == ConversationEvent.conversation_id)
        .where(is_real(), ConversationEvent.kind.in_(measures), *day.has(ConversationEvent.created_at))
        .group_by(ConversationEvent.kind, Conversation.channel)
    )
    for kind, channel, count in rows:
        add(counts, measures[kind], channel=channel, count=count)


def told_fate() -> tuple[Any, ...]:
    """The columns by which `fate_of` tells what became of what was told."""
    return ToldWait.low, ToldWait.middle, ToldWait.high, ToldWait.waited, ToldWait.gave_up


def fate_of(row: Any) -> str:
    """ "" while they still wait."""
    if row.gave_up:
        return "gave_up"
    if row.waited is None:
        return ""
    if row.middle is None:
        return "place_only"
    if row.waited < row.low:
        return "shorter"
    return "inside" if row.waited <= row.high else "longer"


def _count_waits(session: Session, day: Day, counts: Counts) -> None:
    rows = session.execute(
        select(*told_fate())
        .join(Conversation, Conversation.id == ToldWait.conversation_id)
        .where(is_real(), ToldWait.is_first, *day.has(ToldWait.told_at))
    )
    for row in rows:
        fate = fate_of(row)
        if not fate:
            continue
        add(counts, Measure.TOLD, subject=fate)
        if row.waited is not None:
            add(counts, Measure.WAITED, bucket=bucket_of(row.waited))
            if row.middle is not None:
                add(counts, Measure.TOLD_WAIT, bucket=bucket_of(row.middle))


def _count_surveys(session: Session, day: Day, counts: Counts) -> None:
    rows = session.execute(
        select(Survey.channel, Survey.kind, func.count())
        .where(*day.has(Survey.asked_at))
        .group_by(Survey.channel, Survey.kind)
    )
    for channel, kind, count in rows:
        add(counts, Measure.SURVEY_ASKED, channel=channel, subject=kind, count=count)
    answers = session.execute(
        select(Survey.kind, Survey.language, Survey.channel, Survey.score, func.count())
        .where(Survey.score.is_not(None), *day.has(Survey.answered_at))
        .group_by(Survey.kind, Survey.language, Survey.channel, Survey.score)
    )
    for kind, language, channel, score, count in answers:
        measure = Measure.EFFORT if kind == SurveyKind.EFFORT.value else Measure.SATISFACTION
        add(counts, measure, language=language, channel=channel, subject=str(score), count=count)
