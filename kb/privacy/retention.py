"""How long things are kept: what is older is deleted, in small steps, so that nobody waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.core.clock import utc_now
from kb.core.progress import Progress
from kb.tables import (
    ArticleRead,
    AskedTalk,
    Conversation,
    Feedback,
    Gap,
    GapState,
    Job,
    LoginAttempts,
    Miss,
    NewsWish,
    SearchEvent,
    UserSession,
    VoiceStatement,
    VoteReason,
    WebhookCall,
)

# Rows deleted in one transaction.
_STEP = 500
# An address that waits for news of an answer is not kept for longer, whether it came or not.
_WISH_DAYS = 180
# Failed log-ins are forgotten; from where somebody logs in well is known for longer.
_ATTEMPT_DAYS, _KNOWN_DAYS = 1, 30


@dataclass(frozen=True)
class KeepFor:
    """Days that things are kept; 0: for ever.

    searches: from when they were made, with their feedback and their places in gaps, and so what the machine was asked.
    feedback: from when it was given, and so the reasons for it. conversations: from when they were closed, with all that was
    said; those that are open are kept. jobs: from their end, and so calls of webhooks. log_ins: from their beginning.
    """

    searches: int
    feedback: int
    conversations: int
    jobs: int
    log_ins: int = 7


def delete_what_is_old(
    session: Session,
    keep: KeepFor,
    *,
    checkpoint: Callable[[], None] | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> dict[str, int]:
    """Delete what is older than `keep` says; returns how many rows of what. `checkpoint`: the commit, after each step."""
    now = now or utc_now()
    rules: list[tuple[str, InstrumentedAttribute[int], int, Callable[[datetime], ColumnElement[bool]]]] = [
        ("searches", SearchEvent.id, keep.searches, lambda before: SearchEvent.created_at < before),
        ("asked_talks", AskedTalk.id, keep.searches, lambda before: AskedTalk.updated_at < before),
        ("feedback", Feedback.id, keep.feedback, lambda before: Feedback.created_at < before),
        ("article_reads", ArticleRead.id, keep.feedback, lambda before: ArticleRead.created_at < before),
        ("news_wishes", NewsWish.id, _WISH_DAYS, lambda before: NewsWish.created_at < before),
        ("vote_reasons", VoteReason.id, keep.feedback, lambda before: VoteReason.created_at < before),
        (
            "voice_of_votes",
            VoiceStatement.id,
            keep.feedback,
            lambda before: (VoiceStatement.source == "vote") & (VoiceStatement.said_at < before),
        ),
        (
            "conversations",
            Conversation.id,
            keep.conversations,
            lambda before: (Conversation.state == "closed") & (Conversation.closed_at < before),
        ),
        ("jobs", Job.id, keep.jobs, lambda before: Job.finished_at < before),
        ("log_ins", UserSession.id, keep.log_ins, lambda before: UserSession.created_at < before),
        ("webhook_calls", WebhookCall.id, keep.jobs, lambda before: WebhookCall.finished_at < before),
    ]
    deleted: dict[str, int] = {}
    for done, (name, column, days, is_old) in enumerate(rules, start=1):
        if days:
            deleted[name] = _delete(session, column, is_old(now - timedelta(days=days)), checkpoint)
        if progress:
            progress(done, len(rules) + 1)
    # A gap whose searches are all gone tells nothing any more; one that was dismissed or closed still says what was decided.
    is_empty = ~select(Miss.id).where(Miss.gap_id == Gap.id).exists()
    is_open = or_(Gap.state == GapState.OPEN.value, Gap.state == GapState.IN_PROGRESS.value)
    is_over = LoginAttempts.updated_at < now - timedelta(days=_ATTEMPT_DAYS)
    is_known = (LoginAttempts.failures == 0) & (LoginAttempts.updated_at > now - timedelta(days=_KNOWN_DAYS))
    session.execute(delete(LoginAttempts).where(is_over, ~is_known).execution_options(synchronize_session=False))
    deleted["gaps"] = _delete(session, Gap.id, is_empty & is_open, checkpoint)
    return {name: count for name, count in deleted.items() if count}


def _delete(
    session: Session,
    column: InstrumentedAttribute[int],
    condition: ColumnElement[bool],
    checkpoint: Callable[[], None] | None,
) -> int:
    count = 0
    while ids := session.scalars(select(column).where(condition).limit(_STEP)).all():
        session.execute(delete(column.class_).where(column.in_(ids)).execution_options(synchronize_session=False))
        count += len(ids)
        (checkpoint or session.flush)()
    return count
