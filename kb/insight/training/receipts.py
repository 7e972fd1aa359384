"""Announcements as people see them: what is unread, what must be read, who has read what, reminders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from kb.articles.differences import Piece, around_changes, differences
from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.tables import Announcement, AnnouncementRead, Article, ArticleRevision, ReminderMail, User
from kb.tables.training import FRESH, unread_condition

# A must that nobody has confirmed for so long is shown as late.
LATE_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class News:
    """An announcement for one reader. article: in their language where there is one; read_at: None while it is unread."""

    announcement: Announcement
    article: Article
    line: Mapping[str, object]
    read_at: datetime | None
    is_late: bool = False


@dataclass(frozen=True)
class Version:
    """One language of what changed: the title and the text, as pieces."""

    article: Article
    is_new: bool
    title: Sequence[Piece]
    body: Sequence[Piece]


@dataclass(frozen=True)
class Receipts:
    """For trainers: who has read it and when, and who has not."""

    announcement: Announcement
    article: Article
    line: Mapping[str, object]
    read: Sequence[tuple[User, datetime]]
    unread: Sequence[User]


def list_news(session: Session, user_id: int, language: str, *, limit: int, now: datetime | None = None) -> list[News]:
    """What is unread first, of that what must be read; then the newest. Two statements."""
    now = now or utc_now()
    mine = (AnnouncementRead.announcement_id == Announcement.id) & (AnnouncementRead.user_id == user_id)
    rows: Sequence[Row[Announcement, datetime | None]] = session.execute(
        select(Announcement, AnnouncementRead.read_at)
        .outerjoin(AnnouncementRead, mine)
        .where(Announcement.withdrawn_at.is_(None), or_(Announcement.must_read, Announcement.told_at > now - 3 * FRESH))
        .order_by(
            AnnouncementRead.read_at.is_not(None),
            and_(Announcement.must_read, AnnouncementRead.read_at.is_(None)).desc(),
            Announcement.told_at.desc(),
            Announcement.id.desc(),
        )
        .limit(limit)
    ).all()
    articles = _articles(session, [one for one, _ in rows], language)
    return [
        News(
            one,
            articles[one.id],
            _line(one, articles[one.id]),
            read_at,
            one.must_read and read_at is None and one.told_at < now - LATE_AFTER,
        )
        for one, read_at in rows
        if one.id in articles
    ]


def get_news(session: Session, announcement_id: int) -> Announcement:
    """Raises NotFoundError."""
    found = session.get(Announcement, announcement_id)
    if found is None:
        raise NotFoundError("There is no such announcement.", remedy="Its article may have been deleted.")
    return found


def news_of(session: Session, announcement: Announcement, user_id: int, language: str) -> News:
    """Two statements. Raises NotFoundError where the article is no longer published, or it was withdrawn."""
    if announcement.withdrawn_at is not None:
        raise NotFoundError("This announcement was taken back.")
    articles = _articles(session, [announcement], language)
    if announcement.id not in articles:
        raise NotFoundError("This article is no longer published.")
    there = session.get(AnnouncementRead, (announcement.id, user_id))
    article = articles[announcement.id]
    return News(announcement, article, _line(announcement, article), there.read_at if there else None)


def versions_of(session: Session, announcement: Announcement, language: str) -> list[Version]:
    """What changed in each language, that of the reader first. Two statements."""
    ids = [one["article"] for one in announcement.versions]
    articles = {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(ids)))}
    wanted = or_(
        *(
            and_(
                ArticleRevision.article_id == one["article"], ArticleRevision.number.in_((one["before"], one["after"]))
            )
            for one in announcement.versions
        )
    )
    rows = session.scalars(select(ArticleRevision).where(wanted)) if announcement.versions else ()
    revisions = {(one.article_id, one.number): one for one in rows}
    found = []
    for one in sorted(announcement.versions, key=lambda one: one["language"] != language):
        article, after = articles.get(one["article"]), revisions.get((one["article"], one["after"]))
        if article is None or after is None or article.status != "published":
            continue
        before = revisions.get((one["article"], one["before"]))
        old_title, old_body = (before.title, before.body) if before else ("", "")
        found.append(
            Version(
                article,
                before is None,
                differences(old_title, after.title) if before and before.title != after.title else (),
                around_changes(differences(old_body, after.body)) if before else [Piece("same", after.body)],
            )
        )
    return found


def note_read(session: Session, announcement_ids: Sequence[int], user_id: int, *, now: datetime | None = None) -> int:
    """They say that they have read these; returns how many are new. What is not there is passed over."""
    there = set(session.scalars(select(Announcement.id).where(Announcement.id.in_(announcement_ids))))
    read = select(AnnouncementRead.announcement_id).where(
        AnnouncementRead.user_id == user_id, AnnouncementRead.announcement_id.in_(there)
    )
    new = sorted(there - set(session.scalars(read)))
    session.add_all(AnnouncementRead(announcement_id=one, user_id=user_id, read_at=now or utc_now()) for one in new)
    session.execute(
        delete(ReminderMail).where(ReminderMail.user_id == user_id, ReminderMail.announcement_id.in_(there))
    )
    session.flush()
    return len(new)


def unread_that_need_no_confirming(session: Session, user_id: int) -> list[int]:
    """Those that "mark all as read" may mark: what must be read is confirmed one by one."""
    statement = select(Announcement.id).where(
        unread_condition(user_id, utc_now() - FRESH), Announcement.must_read.is_(False)
    )
    return list(session.scalars(statement))


def set_must_read(session: Session, announcement_id: int, *, must_read: bool) -> Announcement:
    found = get_news(session, announcement_id)
    found.must_read = must_read
    return found


def withdraw(session: Session, announcement_id: int, *, withdrawn: bool) -> Announcement:
    """Nobody sees it any more; it can be brought back."""
    found = get_news(session, announcement_id)
    found.withdrawn_at = utc_now() if withdrawn else None
    return found


def remind(session: Session, announcement_id: int, *, by_mail: bool, now: datetime | None = None) -> int:
    """Remind those who have not read it: at the desk, and by mail where `by_mail`; returns how many there are."""
    found, now = get_news(session, announcement_id), now or utc_now()
    found.reminded_at = now
    read = select(AnnouncementRead.user_id).where(AnnouncementRead.announcement_id == found.id)
    people = session.scalars(select(User.id).where(User.active, User.id.not_in(read))).all()
    if by_mail:
        planned = set(session.scalars(select(ReminderMail.user_id).where(ReminderMail.announcement_id == found.id)))
        session.add_all(
            ReminderMail(announcement_id=found.id, user_id=one, send_at=now) for one in people if one not in planned
        )
    session.flush()
    return len(people)


def receipts(session: Session, language: str, *, limit: int, offset: int = 0) -> tuple[list[Receipts], int]:
    """For trainers, the newest first, withdrawn ones too; and how many there are. Five statements."""
    count = session.scalar(select(func.count(Announcement.id))) or 0
    rows = session.scalars(
        select(Announcement).order_by(Announcement.told_at.desc(), Announcement.id.desc()).limit(limit).offset(offset)
    ).all()
    articles = _articles(session, rows, language, published=False)
    users = session.scalars(select(User).where(User.active).order_by(User.name, User.email)).all()
    read: dict[int, dict[int, datetime]] = {}
    ids = [one.id for one in rows]
    for receipt in session.scalars(select(AnnouncementRead).where(AnnouncementRead.announcement_id.in_(ids))):
        read.setdefault(receipt.announcement_id, {})[receipt.user_id] = receipt.read_at
    found = []
    for one in rows:
        if one.id not in articles:
            continue
        by = read.get(one.id, {})
        found.append(
            Receipts(
                one,
                articles[one.id],
                _line(one, articles[one.id]),
                [(user, by[user.id]) for user in users if user.id in by],
                [user for user in users if user.id not in by],
            )
        )
    return found, count


def _articles(
    session: Session, rows: Sequence[Announcement], language: str, *, published: bool = True
) -> dict[int, Article]:
    """Of each announcement the article to show: in the reader's language, else the one that it is about."""
    conditions: list[ColumnElement[bool]] = [Article.translation_key.in_({one.translation_key for one in rows})]
    if published:
        conditions.append(Article.status == "published")
    by_key: dict[str, list[Article]] = {}
    if rows:
        for article in session.scalars(select(Article).where(*conditions).order_by(Article.id)):
            by_key.setdefault(article.translation_key, []).append(article)
    found = {}
    for one in rows:
        some = by_key.get(one.translation_key, [])
        chosen = sorted(some, key=lambda article: (article.language != language, article.id != one.article_id))
        if chosen:
            found[one.id] = chosen[0]
    return found


def _line(announcement: Announcement, article: Article) -> Mapping[str, object]:
    """What changed in the version that is shown, else in the first."""
    versions = sorted(announcement.versions, key=lambda one: one["article"] != article.id)
    line: Mapping[str, object] = versions[0]["line"] if versions else {}
    return line
