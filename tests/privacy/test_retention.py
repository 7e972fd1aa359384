"""What is old goes, what is young stays, 0 keeps all; in short steps and in any order of runs."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.privacy.retention import KeepFor, delete_what_is_old
from kb.service.channels.webhooks import add_webhook
from kb.tables import (
    Feedback,
    FeedbackKind,
    Gap,
    GapState,
    Job,
    Miss,
    SearchEvent,
    WebhookCall,
    utc_now,
)

NOW = utc_now()
FOR_EVER = KeepFor(0, 0, 0, 0)


def only(**days: int) -> KeepFor:
    """The rest is kept for ever."""
    return replace(FOR_EVER, **days)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def search(session: Session, days: int, gap: Gap | None = None, feedback_days: int | None = None) -> SearchEvent:
    event = SearchEvent(
        public_id=str(uuid.uuid4()), place="help", audience="customer", query="q", language="en", outcome="none",
        confidence=0.1, created_at=ago(days),
    )  # fmt: skip
    session.add(event)
    session.flush()
    if feedback_days is not None:
        session.add(Feedback(event_id=event.id, kind=FeedbackKind.CLICK.value, created_at=ago(feedback_days)))
    if gap is not None:
        session.add(Miss(event_id=event.id, gap=gap, cause="no_answer", vector=b"", created_at=event.created_at))
    return event


def gap(session: Session, state: GapState) -> Gap:
    made = Gap(label=state.value, state=state.value, centroid=b"", fingerprint="hash")
    session.add(made)
    return made


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_searches_go_with_all_that_hangs_on_them(session: Session) -> None:
    alone, mixed, dismissed = (gap(session, s) for s in (GapState.OPEN, GapState.IN_PROGRESS, GapState.DISMISSED))
    search(session, 40, alone, feedback_days=39)
    search(session, 40, mixed)
    search(session, 20, mixed, feedback_days=1)
    search(session, 40, dismissed)
    session.commit()
    deleted = delete_what_is_old(
        session,
        only(searches=30),
        checkpoint=session.commit,
        now=NOW,
    )
    assert deleted == {"searches": 3, "gaps": 1}
    assert (count(session, SearchEvent), count(session, Miss), count(session, Feedback)) == (1, 1, 1)
    assert set(session.scalars(select(Gap.label))) == {"in_progress", "dismissed"}
    assert (
        delete_what_is_old(
            session,
            only(searches=30),
            checkpoint=session.commit,
            now=NOW,
        )
        == {}
    )


def test_feedback_goes_without_its_search(session: Session) -> None:
    search(session, 100, feedback_days=100)
    session.add(Feedback(kind=FeedbackKind.ANSWERED.value, document="article:1", created_at=ago(31)))
    session.add(Feedback(kind=FeedbackKind.ANSWERED.value, document="article:2", created_at=ago(29)))
    session.commit()
    assert delete_what_is_old(
        session,
        only(feedback=30),
        checkpoint=session.commit,
        now=NOW,
    ) == {"feedback": 2}
    assert session.scalars(select(Feedback.document)).all() == ["article:2"]
    assert count(session, SearchEvent) == 1


def test_jobs_go_when_they_ended_long_ago(session: Session) -> None:
    for key, state, ended in (("a", "done", 20), ("b", "failed", 20), ("c", "done", 2), ("d", "waiting", None)):
        session.add(Job(kind="index", key=key, state=state, created_at=ago(30), finished_at=ended and ago(ended)))
    session.commit()
    assert delete_what_is_old(
        session,
        only(jobs=14),
        checkpoint=session.commit,
        now=NOW,
    ) == {"jobs": 2}
    assert sorted(session.scalars(select(Job.key))) == ["c", "d"]


def test_calls_of_webhooks_go_with_the_jobs_and_never_while_they_wait(session: Session) -> None:
    conversation, webhook = make_talk(session), add_webhook(session, "https://x.example/hook")
    for days in (None, 20, 1):
        session.add(
            WebhookCall(
                webhook_id=webhook.id,
                conversation_id=conversation.id,
                public_id=str(uuid.uuid4()),
                body="{}",
                finished_at=None if days is None else ago(days),
            )
        )
    session.flush()
    assert delete_what_is_old(session, only(jobs=14)) == {"webhook_calls": 1}
    assert count(session, WebhookCall) == 2


@pytest.mark.parametrize("days", [0, 4000])
def test_nothing_goes_that_is_kept_for_ever_or_for_longer(session: Session, days: int) -> None:
    search(session, 3000, feedback_days=3000)
    session.add(Job(kind="index", state="done", finished_at=ago(3000)))
    session.commit()
    assert delete_what_is_old(session, KeepFor(days, days, days, days), now=NOW) == {}


def test_many_rows_go_in_short_transactions(engine: Engine, session: Session) -> None:
    session.add_all(
        Feedback(kind=FeedbackKind.CLICK.value, document=f"article:{n}", created_at=ago(50)) for n in range(1_200)
    )
    session.commit()
    sizes: list[int] = []

    def commit() -> None:
        session.commit()
        sizes.append(count(session, Feedback))

    assert delete_what_is_old(session, only(feedback=30), checkpoint=commit, now=NOW) == {"feedback": 1_200}
    assert sizes == [700, 200, 0]
