"""People who asked what nobody had an answer to, and want to hear when there is one: told once, by mail, in their language.

An address is kept for nothing else. It goes with its mail, whether that arrived or never can, when its owner asks for it, and
with the search that it belongs to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, Select, Table, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from kb.core.back_off import MESSAGES
from kb.core.clock import utc_now
from kb.core.database import insert_new, session_scope
from kb.service.channels.compose import compose_notice, notice_id
from kb.service.channels.delivery import WaysOut
from kb.service.channels.one_by_one import one_by_one
from kb.service.channels.smtp import Fate, MailRound
from kb.tables import Article, Gap, GapState, Miss, NewsWish, SearchEvent

_WISHES = cast(Table, NewsWish.__table__)
MOST_AT_ONCE = 200
# Of one address at a time: nobody fills somebody else's mailbox.
MOST_OF_ONE = 20
LONGEST_QUESTION = 200
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class News:
    """What there is to tell. article: language and slug of what answers, in the reader's language where it is there, or None."""

    question: str
    language: str
    address_key: str
    article: tuple[str, str] | None
    title: str = ""


@dataclass(frozen=True)
class NewsWords:
    """In the reader's language. leave_url: where the address is taken back."""

    subject: str
    text: str
    leave_url: str


def wish_for_news(
    session: Session, event_id: int, *, address: str, address_key: str, language: str, now: datetime | None = None
) -> bool:
    """Keep an address until the search has an answer; twice is once. False where this address waits for enough already.

    address: as `clean_contact` gives it; address_key: a keyed hash of it, by which it is found to be deleted.
    """
    waiting = select(func.count()).select_from(NewsWish).where(NewsWish.address_key == address_key)
    if (session.scalar(waiting) or 0) >= MOST_OF_ONE:
        return False
    row = {
        "event_id": event_id,
        "address": address,
        "address_key": address_key,
        "language": language,
        "created_at": now or utc_now(),
    }
    insert_new(session, _WISHES, row, key=("event_id", "address_key"))
    return True


def forget_address(session: Session, address_key: str) -> int:
    """Delete all that an address waits for; returns how much that was."""
    gone = session.execute(delete(NewsWish).where(NewsWish.address_key == address_key))
    return cast(CursorResult[Any], gone).rowcount


def _due(now: datetime) -> Select[int]:
    """Of a gap that is closed, and nobody is at it. Misses move when gaps are joined, and the wish goes with them."""
    return (
        select(NewsWish.id)
        .join(Miss, Miss.event_id == NewsWish.event_id)
        .join(Gap, Gap.id == Miss.gap_id)
        .where(Gap.state == GapState.CLOSED.value, or_(NewsWish.try_at.is_(None), NewsWish.try_at <= now))
        .order_by(NewsWish.id)
        .limit(1)
    )


def has_due_news(session: Session) -> bool:
    """One statement."""
    return session.execute(_due(utc_now())).first() is not None


def send_due_news(
    engine: Engine,
    ways: WaysOut,
    words: Callable[[News], NewsWords],
    *,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """MOST_AT_ONCE at most; returns how many were sent, wait and failed."""

    mails = MailRound()

    def send_next() -> str | None:
        number = _claim(engine, now())
        return None if number is None else _send(engine, mails, ways, words, number, now())

    return one_by_one(send_next, at_most=MOST_AT_ONCE, checkpoint=checkpoint)


def _claim(engine: Engine, now: datetime) -> int | None:
    with session_scope(engine) as session:
        number = session.scalar(_due(now))
        if number is None:
            return None
        taken = session.execute(
            update(NewsWish)
            .where(NewsWish.id == number, or_(NewsWish.try_at.is_(None), NewsWish.try_at <= now))
            .values(try_at=now + _LEASE, first_tried_at=func.coalesce(NewsWish.first_tried_at, now))
            .returning(NewsWish.id)
            .execution_options(synchronize_session=False)
        ).first()
        return number if taken is not None else None


def _send(
    engine: Engine, mails: MailRound, ways: WaysOut, words: Callable[[News], NewsWords], number: int, now: datetime
) -> str:
    with Session(engine) as session:
        wish = session.get(NewsWish, number)
        if wish is None:  # taken back a moment ago
            return "taken_back"
        news, address, began = _news_of(session, wish), wish.address, wish.first_tried_at or now
    if ways.smtp is None:
        fate = Fate.DOWN
    else:
        mail = _compose(words(news), ways, number, address, now)
        fate = mails.send(ways.smtp, mail, ways.sender.address, address).fate
    is_over = fate in {Fate.SENT, Fate.NEVER} or MESSAGES.is_given_up(began, now)
    with session_scope(engine) as session:
        if is_over:
            _forget(session, number)
            return "sent" if fate is Fate.SENT else "failed"
        session.execute(update(NewsWish).where(NewsWish.id == number).values(try_at=MESSAGES.next_try(began, now)))
        return "waiting"


def _forget(session: Session, number: int) -> None:
    """With all others of this address in the same gap: who asked twice hears of it once."""
    wish = session.get(NewsWish, number)
    if wish is None:
        return
    gap = select(Miss.gap_id).where(Miss.event_id == wish.event_id).scalar_subquery()
    events = select(Miss.event_id).where(Miss.gap_id == gap)
    session.execute(
        delete(NewsWish).where(NewsWish.address_key == wish.address_key, NewsWish.event_id.in_(events)),
        execution_options={"synchronize_session": False},
    )
    session.execute(delete(NewsWish).where(NewsWish.id == number), execution_options={"synchronize_session": False})


def _news_of(session: Session, wish: NewsWish) -> News:
    question = session.scalar(select(SearchEvent.query).where(SearchEvent.id == wish.event_id)) or ""
    question = " ".join(question.split())
    if len(question) > LONGEST_QUESTION:
        question = question[: LONGEST_QUESTION - 1].rsplit(" ", 1)[0] + "…"
    key = (
        select(Article.translation_key)
        .join(Gap, Gap.closed_by_article_id == Article.id)
        .join(Miss, Miss.gap_id == Gap.id)
        .where(Miss.event_id == wish.event_id)
        .scalar_subquery()
    )
    found = session.execute(
        select(Article.language, Article.slug, Article.title)
        .where(Article.translation_key == key, Article.audience == "public", Article.status == "published")
        .order_by(case((Article.language == wish.language, 0), (Article.language == "en", 1), else_=2), Article.id)
        .limit(1)
    ).first()
    article = None if found is None else (found.language, found.slug)
    return News(question, wish.language, wish.address_key, article, "" if found is None else found.title)


def _compose(words: NewsWords, ways: WaysOut, number: int, address: str, now: datetime) -> EmailMessage:
    sender = ways.sender
    name = f"news-{number}.{words.leave_url[-24:].replace('.', '-')}"
    mail = compose_notice(
        sender,
        address,
        subject=words.subject,
        text=words.text + "\n",
        message_id=notice_id(name, sender.address),
        now=now,
    )
    mail["List-Unsubscribe"] = f"<{words.leave_url}>"
    return mail
