"""How long things are kept: what is older is deleted, in small steps, so that nobody waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.core.clock import utc_now
from kb.core.progress import Progress
from kb.tables import (
    AccountMail,
    ArticleRead,
    AskedTalk,
    Conversation,
    Customer,
    Feedback,
    Gap,
    GapState,
    Job,
    LoginAttempts,
    Miss,
    NewsWish,
    OpenedDocument,
    SearchEvent,
    Ticket,
    TrainingAttempt,
    UserSession,
    VoiceStatement,
    VoteReason,
    WebhookCall,
)

# Rows deleted in one transaction.
_STEP = 500
# An address that waits for news of an answer is not kept for longer, whether it came or not.
WISH_DAYS = 180
# Failed log-ins are forgotten; from where somebody logs in well is known for longer.
_LINK_DAYS = 7
_ATTEMPT_DAYS, _KNOWN_DAYS = 1, 30


@dataclass(frozen=True)
class KeepFor:
    """Days that things are kept; 0: for ever.

    searches: from when they were made, with their feedback and their places in gaps, and so what the machine was asked.
    feedback: from when it was given, and so the reasons for it. conversations: from when they were closed, with all that was
    said; those that are open are kept, and a customer is kept as long as the last of theirs. jobs: from their end, and so calls
    of webhooks. log_ins: from their beginning. tickets: from when they were resolved. practice: exercises of reps from their
    beginning, and what reps opened.
    """

    searches: int
    feedback: int
    conversations: int
    jobs: int
    log_ins: int = 7
    tickets: int = 0
    practice: int = 0


@dataclass(frozen=True)
class RetentionRule:
    """Rows of a table that go when they are old. days: 0 for never; is_old: of the time before which something is old."""

    name: str
    column: InstrumentedAttribute[int]
    days: Callable[[KeepFor], int]
    is_old: Callable[[datetime], ColumnElement[bool]]

    @property
    def table(self) -> str:
        return str(self.column.class_.__tablename__)


def _is_old_customer(before: datetime) -> ColumnElement[bool]:
    """Nobody's conversation is left of them; whoever was merged into them goes along."""
    has_talk = select(Conversation.id).where(Conversation.customer_id == Customer.id).exists()
    return (Customer.updated_at < before) & Customer.merged_into_id.is_(None) & ~has_talk


RULES = (
    RetentionRule(
        "searches", SearchEvent.id, lambda keep: keep.searches, lambda before: SearchEvent.created_at < before
    ),
    RetentionRule(
        "asked_talks", AskedTalk.id, lambda keep: keep.searches, lambda before: AskedTalk.updated_at < before
    ),
    RetentionRule("feedback", Feedback.id, lambda keep: keep.feedback, lambda before: Feedback.created_at < before),
    RetentionRule(
        "article_reads", ArticleRead.id, lambda keep: keep.feedback, lambda before: ArticleRead.created_at < before
    ),
    RetentionRule("news_wishes", NewsWish.id, lambda _keep: WISH_DAYS, lambda before: NewsWish.created_at < before),
    RetentionRule(
        "vote_reasons", VoteReason.id, lambda keep: keep.feedback, lambda before: VoteReason.created_at < before
    ),
    RetentionRule(
        "voice_of_votes",
        VoiceStatement.id,
        lambda keep: keep.feedback,
        lambda before: (VoiceStatement.source == "vote") & (VoiceStatement.said_at < before),
    ),
    RetentionRule(
        "conversations",
        Conversation.id,
        lambda keep: keep.conversations,
        lambda before: (Conversation.state == "closed") & (Conversation.closed_at < before),
    ),
    # After the conversations, so that who has none any more goes in the same run.
    RetentionRule("customers", Customer.id, lambda keep: keep.conversations, _is_old_customer),
    RetentionRule(
        "tickets",
        Ticket.id,
        lambda keep: keep.tickets,
        lambda before: func.coalesce(Ticket.resolved_at, Ticket.created_at) < before,
    ),
    RetentionRule(
        "voice_of_tickets",
        VoiceStatement.id,
        lambda keep: keep.tickets,
        lambda before: (VoiceStatement.source == "ticket") & (VoiceStatement.said_at < before),
    ),
    RetentionRule(
        "exercises", TrainingAttempt.id, lambda keep: keep.practice, lambda before: TrainingAttempt.started_at < before
    ),
    RetentionRule(
        "opened", OpenedDocument.id, lambda keep: keep.practice, lambda before: OpenedDocument.opened_at < before
    ),
    RetentionRule("jobs", Job.id, lambda keep: keep.jobs, lambda before: Job.finished_at < before),
    RetentionRule("log_ins", UserSession.id, lambda keep: keep.log_ins, lambda before: UserSession.created_at < before),
    # A link is over at its end; until then an administrator sees that somebody was invited.
    RetentionRule(
        "account_mails", AccountMail.id, lambda _keep: _LINK_DAYS, lambda before: AccountMail.expires_at < before
    ),
    RetentionRule(
        "webhook_calls", WebhookCall.id, lambda keep: keep.jobs, lambda before: WebhookCall.finished_at < before
    ),
)


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
    deleted: dict[str, int] = {}
    for done, rule in enumerate(RULES, start=1):
        if days := rule.days(keep):
            deleted[rule.name] = _delete(session, rule.column, rule.is_old(now - timedelta(days=days)), checkpoint)
        if progress:
            progress(done, len(RULES) + 1)
    deleted["gaps"] = _delete(session, Gap.id, is_left_empty(), checkpoint)
    is_over = LoginAttempts.updated_at < now - timedelta(days=_ATTEMPT_DAYS)
    is_known = (LoginAttempts.failures == 0) & (LoginAttempts.updated_at > now - timedelta(days=_KNOWN_DAYS))
    session.execute(delete(LoginAttempts).where(is_over, ~is_known).execution_options(synchronize_session=False))
    return {name: count for name, count in deleted.items() if count}


def is_left_empty() -> ColumnElement[bool]:
    """A gap whose searches are all gone tells nothing any more; one that was dismissed or closed still says what was decided."""
    is_empty = ~select(Miss.id).where(Miss.gap_id == Gap.id).exists()
    return is_empty & or_(Gap.state == GapState.OPEN.value, Gap.state == GapState.IN_PROGRESS.value)


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
