"""Articles whose day of review has come: webhooks are told once, the owner gets one mail about all of them.

An article is noted once for each day that it was to be reviewed by. Whatever becomes due within a day of somebody's last mail
waits for the next, so that nobody gets two a day, however many articles come in at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, func, select, update
from sqlalchemy.orm import Session

from kb.core.back_off import NEWS_FOR_COLLEAGUES
from kb.core.clock import utc_now
from kb.service.channels.delivery import WaysOut
from kb.service.channels.notices import send_claimed, send_notice
from kb.service.channels.smtp import Fate, MailRound, Outcome
from kb.service.channels.webhooks import tell_review_due
from kb.tables import Article, ReviewReminder, Role, User

MOST_NOTED, MOST_IN_MAIL, MOST_IN_CALL, MOST_AT_ONCE = 1_000, 30, 100, 200
_A_DAY = timedelta(hours=20)
_LEASE = timedelta(minutes=5)
_WRITERS = (Role.TRAINER.value, Role.ADMIN.value)


@dataclass(frozen=True)
class DueArticle:
    id: int
    title: str
    language: str
    slug: str
    audience: str
    owner: str
    review_by: date


@dataclass(frozen=True)
class DueMail:
    """One mail to one person. articles: MOST_IN_MAIL at most, the longest due first; count: of all."""

    user_id: int
    email: str
    language: str
    reminders: tuple[int, ...]
    articles: tuple[DueArticle, ...]
    count: int
    first_tried_at: datetime


def is_due(today: date) -> ColumnElement[bool]:
    """Published, and to be reviewed by today or before."""
    return and_(Article.status == "published", Article.review_by.is_not(None), Article.review_by <= today)


def note_due(
    session: Session, today: date, *, sends_mail: bool, address: Callable[[int], str], now: datetime | None = None
) -> int:
    """Write down what is due and was not yet told; webhooks are told here. Returns how many are new.

    sends_mail: without a mail server no mail waits for one that is set up later. address: of an article in the studio.
    """
    now = now or utc_now()
    told = select(ReviewReminder.id).where(
        ReviewReminder.article_id == Article.id, ReviewReminder.review_by == Article.review_by
    )
    rows = session.execute(
        select(Article, User.id)
        .outerjoin(User, and_(func.lower(Article.owner) == User.email, User.active, User.role.in_(_WRITERS)))
        .where(is_due(today), ~told.exists())
        .order_by(Article.review_by, Article.id)
        .limit(MOST_NOTED)
    ).all()
    after = _next_mails(session, {user_id for _article, user_id in rows if user_id is not None}, now)
    for article, user_id in rows:
        next_try = after.get(user_id, now) if sends_mail and user_id is not None else None
        session.add(
            ReviewReminder(
                article_id=article.id, review_by=article.review_by, user_id=user_id, noted_at=now, next_try_at=next_try
            )
        )
    session.flush()
    found = [_due_article(article) for article, _user in rows]
    for start in range(0, len(found), MOST_IN_CALL):
        tell_review_due(session, [_told(one, address(one.id)) for one in found[start : start + MOST_IN_CALL]], now)
    return len(found)


def send_reminders(
    engine: Engine,
    ways: WaysOut,
    words: Callable[[DueMail], tuple[str, str]],
    *,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """words: subject and text, in the person's language. Returns how many mails were sent, wait and failed."""

    def send(mails: MailRound, due: DueMail, at: datetime) -> Outcome:
        if not due.count or not due.email:
            return Outcome(Fate.SENT)  # nothing is left to be told
        name = f"review-{due.user_id}-{min(due.reminders)}-{due.first_tried_at:%Y%m%d}"
        return send_notice(mails, ways, due.email, lambda: words(due), name=name, now=at)

    return send_claimed(
        engine, claim=_claim, send=send, settle=_settle, at_most=MOST_AT_ONCE, checkpoint=checkpoint, now=now
    )


def unsent(session: Session) -> tuple[int, str]:
    """How many mails could not be sent so far, or at all in the last week, and the last reason. One statement."""
    query = select(ReviewReminder.user_id, ReviewReminder.error).where(
        ReviewReminder.error != "",
        ReviewReminder.sent_at.is_(None),
        ReviewReminder.noted_at > utc_now() - NEWS_FOR_COLLEAGUES.give_up_after,
    )
    rows = session.execute(query.order_by(ReviewReminder.id.desc()).limit(MOST_NOTED)).all()
    return len({row.user_id for row in rows}), rows[0].error if rows else ""


def _next_mails(session: Session, user_ids: set[int], now: datetime) -> dict[int, datetime]:
    """By person when the next mail goes out, for those who had one of late, or wait for one that could not be sent yet."""
    query = (
        select(ReviewReminder.user_id, func.max(ReviewReminder.sent_at), func.max(ReviewReminder.next_try_at))
        .where(ReviewReminder.user_id.in_(user_ids))
        .group_by(ReviewReminder.user_id)
    )
    found: dict[int, datetime] = {}
    for user_id, last, waiting in session.execute(query):
        if user_id is not None:
            found[user_id] = max(filter(None, (now, last and last + _A_DAY, waiting)))
    return found


def _claim(session: Session, now: datetime) -> DueMail | None:
    """All that one person is to be told of, for a few minutes ours alone."""
    waits = ReviewReminder.next_try_at <= now
    user_id = session.scalar(select(ReviewReminder.user_id).where(waits).order_by(ReviewReminder.id).limit(1))
    if user_id is None:
        return None
    taken = session.execute(
        update(ReviewReminder)
        .where(ReviewReminder.user_id == user_id, waits)
        .values(next_try_at=now + _LEASE, first_tried_at=func.coalesce(ReviewReminder.first_tried_at, now))
        .returning(ReviewReminder.id, ReviewReminder.first_tried_at)
        .execution_options(synchronize_session=False)
    ).all()
    if not taken:
        return None
    numbers = [row.id for row in taken]
    user = session.get_one(User, user_id)
    # What was reviewed, archived or given away since is not told any more.
    articles = session.scalars(
        select(Article)
        .join(ReviewReminder, ReviewReminder.article_id == Article.id)
        .where(
            ReviewReminder.id.in_(numbers),
            ReviewReminder.review_by == Article.review_by,
            Article.status == "published",
            func.lower(Article.owner) == user.email,
        )
        .order_by(Article.review_by, Article.id)
    ).all()
    shown = tuple(_due_article(one) for one in articles[:MOST_IN_MAIL])
    first = min(row.first_tried_at for row in taken)
    email = user.email if user.active and user.role in _WRITERS else ""
    return DueMail(user_id, email, user.language, tuple(numbers), shown, len(articles), first)


def _settle(session: Session, due: DueMail, outcome: Outcome, now: datetime) -> str:
    if outcome.fate is Fate.SENT:
        told = due.count > 0 and bool(due.email)
        values = {"sent_at": now if told else None, "next_try_at": None, "error": ""}
        state = "sent" if told else "settled"
    elif outcome.fate is Fate.NEVER or NEWS_FOR_COLLEAGUES.is_given_up(due.first_tried_at, now):
        values, state = {"next_try_at": None, "error": outcome.why[:500]}, "failed"
    else:
        later = NEWS_FOR_COLLEAGUES.next_try(due.first_tried_at, now)
        values, state = {"next_try_at": later, "error": (outcome.why or "It could not be sent.")[:500]}, "waiting"
    session.execute(
        update(ReviewReminder)
        .where(ReviewReminder.id.in_(due.reminders))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return state


def _due_article(article: Article) -> DueArticle:
    assert article.review_by is not None
    return DueArticle(
        article.id, article.title, article.language, article.slug, article.audience, article.owner or "", article.review_by
    )  # fmt: skip


def _told(one: DueArticle, url: str) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "language": one.language,
        "slug": one.slug,
        "audience": one.audience,
        "owner": one.owner,
        "review_by": one.review_by.isoformat(),
        "url": url,
    }


def reminders_of(session: Session, article_ids: Sequence[int]) -> dict[int, ReviewReminder]:
    """The newest of each of these articles. One statement."""
    query = select(ReviewReminder).where(ReviewReminder.article_id.in_(article_ids)).order_by(ReviewReminder.id)
    return {one.article_id: one for one in session.scalars(query)}
