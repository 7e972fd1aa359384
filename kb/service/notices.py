"""Pinned notices: what is wrong or new for everybody just now. They begin and end by themselves. The caller commits.

Every change is kept with what was before it, so that it can be read and undone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import Article, Notice, NoticeChange, NoticeDegree, UtcDateTime

LONGEST_TEXT, LONGEST_ABOUT = 300, 500
# What is longer true is an article, not a notice.
LONGEST_RUN = timedelta(days=90)
MOST_SHOWN, MOST_HISTORY, ENDED_SHOWN = 5, 50, 20
_DEGREES = tuple(degree.value for degree in (NoticeDegree.OUTAGE, NoticeDegree.WARNING, NoticeDegree.INFO))


@dataclass(frozen=True)
class NoticeContent:
    """texts: language -> one or two sentences, "" for none; article_key: the translation key of an article, or ""."""

    texts: Mapping[str, str]
    degree: str
    begins_at: datetime
    ends_at: datetime
    topic: str = ""
    about: str = ""
    article_key: str = ""


@dataclass(frozen=True)
class RunningNotice:
    """As it is shown in a language. article: slug and title of the article that says more, in that language, or None."""

    id: int
    text: str
    language: str
    degree: str
    begins_at: datetime
    ends_at: datetime
    topic: str
    about: str
    texts: Mapping[str, str]
    article: tuple[str, str] | None = None


def save_notice(
    session: Session,
    content: NoticeContent,
    *,
    user_id: int | None,
    notice_id: int | None = None,
    seen_version: int = 0,
    now: datetime | None = None,
) -> Notice:
    """Make one, or change the one of this number. Raises InvalidInputError, NotFoundError, and ConflictError where somebody
    else has changed it since `seen_version`."""
    fields = _checked(content, now or utc_now())
    if notice_id is None:
        notice = Notice(**fields)
        session.add(notice)
        session.flush()
        _note(session, notice, "made", {}, user_id)
        return notice
    notice = get_notice(session, notice_id, lock=True)
    if notice.version != seen_version:
        raise ConflictError("A colleague has changed this notice meanwhile.", remedy="Look at theirs first.")
    before = _kept(notice)
    for name, value in fields.items():
        setattr(notice, name, value)
    notice.is_taken_down = False
    if _kept(notice) != before:
        notice.version += 1
        _note(session, notice, "changed", before, user_id)
    return notice


def take_down(session: Session, notice_id: int, *, user_id: int | None) -> Notice:
    """It is shown no longer; `undo` brings it back. Raises NotFoundError."""
    notice = get_notice(session, notice_id, lock=True)
    if not notice.is_taken_down:
        before = _kept(notice)
        notice.is_taken_down = True
        notice.version += 1
        _note(session, notice, "taken_down", before, user_id)
    return notice


def undo(session: Session, change_id: int, *, user_id: int | None, now: datetime | None = None) -> Notice:
    """Take back the newest change of a notice. Raises NotFoundError, ConflictError for a change that others have followed."""
    change = session.get(NoticeChange, change_id)
    if change is None:
        raise NotFoundError("There is no such change.")
    notice = get_notice(session, change.notice_id, lock=True)
    newest = session.scalars(
        select(NoticeChange)
        .where(NoticeChange.notice_id == notice.id, NoticeChange.undone_at.is_(None), NoticeChange.kind != "undone")
        .order_by(NoticeChange.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.id != change.id:
        raise ConflictError("Only the newest change can be taken back.")
    before = _kept(notice)
    if change.before:
        for name, value in change.before.items():
            setattr(notice, name, datetime.fromisoformat(value) if name.endswith("_at") else value)
    else:
        notice.is_taken_down = True  # it was not there before
    notice.version += 1
    change.undone_at = now or utc_now()
    _note(session, notice, "undone", before, user_id)
    return notice


def get_notice(session: Session, notice_id: int, *, lock: bool = False) -> Notice:
    """lock: nobody else changes it before the caller commits, where the database can do that. Raises NotFoundError."""
    query = select(Notice).where(Notice.id == notice_id)
    notice = session.scalars(query.with_for_update() if lock else query).first()
    if notice is None:
        raise NotFoundError("There is no such notice.")
    return notice


# Plain tables, and made once: every page asks, and mostly nothing runs.
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
_NOTICES, _ARTICLES = Notice.__table__, Article.__table__
_RUNS = (_NOTICES.c.ends_at > _NOW, _NOTICES.c.begins_at <= _NOW, _NOTICES.c.is_taken_down.is_(False))
_RUNNING = (
    select(
        *(_NOTICES.c[name] for name in ("id", "texts", "degree", "begins_at", "ends_at", "topic", "about")),
        _ARTICLES.c.slug,
        _ARTICLES.c.title,
    )
    .select_from(_NOTICES)
    .outerjoin(
        _ARTICLES,
        and_(
            _ARTICLES.c.translation_key == _NOTICES.c.article_key,
            _NOTICES.c.article_key != "",
            _ARTICLES.c.language == bindparam("language"),
            _ARTICLES.c.audience == "public",
            _ARTICLES.c.status == "published",
        ),
    )
    .where(*_RUNS)
)
_RUNNING_VERSIONS = select(_NOTICES.c.id, _NOTICES.c.version).where(*_RUNS).order_by(_NOTICES.c.id)


def running_notices(
    session: Session, language: str, *, in_any_language: bool = False, now: datetime | None = None
) -> list[RunningNotice]:
    """What is shown in a language at this moment, the most serious first, MOST_SHOWN at most. One statement.

    in_any_language: a notice without a text in it comes in another one, for people who answer customers of all languages.
    """
    rows = session.execute(_RUNNING, {"now": now or utc_now(), "language": language})
    found: dict[int, RunningNotice] = {}
    for notice in rows:
        spoken = language if language in notice.texts else next(iter(notice.texts), "") if in_any_language else ""
        if spoken and notice.id not in found:
            found[notice.id] = RunningNotice(
                notice.id,
                notice.texts[spoken],
                spoken,
                notice.degree,
                notice.begins_at,
                notice.ends_at,
                notice.topic,
                notice.about,
                notice.texts,
                (notice.slug, notice.title) if notice.slug else None,
            )
    order = sorted(found.values(), key=lambda one: (_DEGREES.index(one.degree), -one.begins_at.timestamp(), one.id))
    return order[:MOST_SHOWN]


def notices_version(session: Session) -> str:
    """Another text as soon as anything about what is shown has changed, by somebody or by the clock. One statement."""
    rows = session.execute(_RUNNING_VERSIONS, {"now": utc_now()})
    return " ".join(f"{number}.{version}" for number, version in rows)


def list_notices(session: Session, *, now: datetime | None = None) -> Sequence[Notice]:
    """All that run or will run, the next to end first, then the last that are over. Two statements."""
    now = now or utc_now()
    is_over = (Notice.ends_at <= now) | Notice.is_taken_down
    ahead = session.scalars(select(Notice).where(~is_over).order_by(Notice.ends_at, Notice.id)).all()
    over = session.scalars(select(Notice).where(is_over).order_by(Notice.id.desc()).limit(ENDED_SHOWN)).all()
    return [*ahead, *over]


def history_of(session: Session, notice_id: int) -> Sequence[NoticeChange]:
    """The newest first, with who it was: one statement."""
    return session.scalars(
        select(NoticeChange)
        .where(NoticeChange.notice_id == notice_id)
        .options(joinedload(NoticeChange.user))
        .order_by(NoticeChange.id.desc())
        .limit(MOST_HISTORY)
    ).all()


def standing_of(notice: Notice, now: datetime | None = None) -> str:
    """running | planned | over | taken_down."""
    now = now or utc_now()
    if notice.is_taken_down:
        return "taken_down"
    if notice.ends_at <= now:
        return "over"
    return "planned" if notice.begins_at > now else "running"


def _checked(content: NoticeContent, now: datetime) -> dict[str, Any]:
    texts = {tag: cleaned for tag, text in content.texts.items() if (cleaned := " ".join(text.split()))}
    if not texts:
        raise InvalidInputError("Write the notice in at least one language.")
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise InvalidInputError("A notice has at most %(longest_text)s characters.", longest_text=LONGEST_TEXT)
    if content.degree not in _DEGREES:
        raise InvalidInputError("Choose how serious it is.")
    if content.ends_at <= content.begins_at:
        raise InvalidInputError("The end has to come after the beginning.")
    if content.ends_at <= now:
        raise InvalidInputError("The end is over already.")
    if content.ends_at - max(content.begins_at, now) > LONGEST_RUN:
        raise InvalidInputError(
            "A notice runs for 90 days at most.", remedy="What is longer true belongs in an article."
        )
    return {
        "texts": texts,
        "degree": content.degree,
        "topic": content.topic[:100],
        "about": " ".join(content.about.split())[:LONGEST_ABOUT],
        "article_key": content.article_key[:200],
        "begins_at": content.begins_at,
        "ends_at": content.ends_at,
    }


_FIELDS = ("texts", "degree", "topic", "about", "article_key", "begins_at", "ends_at", "is_taken_down")


def _kept(notice: Notice) -> dict[str, Any]:
    fields = {name: getattr(notice, name) for name in _FIELDS}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}


def _note(session: Session, notice: Notice, kind: str, before: dict[str, Any], user_id: int | None) -> None:
    session.flush()
    after = _kept(notice)
    session.add(NoticeChange(notice_id=notice.id, user_id=user_id, kind=kind, before=before, after=after))
    session.flush()


def article_key_of(session: Session, text: str) -> str:
    """The translation key of a public article by what somebody pasted: its address or its slug; "" for nothing.

    Raises InvalidInputError where there is none.
    """
    slug = text.split("?")[0].split("#")[0].strip().strip("/").rpartition("/")[2]
    if not slug:
        return ""
    key = session.scalars(
        select(Article.translation_key)
        .where(Article.slug == slug[:200], Article.audience == "public", Article.status == "published")
        .limit(1)
    ).first()
    if key is None:
        raise InvalidInputError("There is no public article with this address.")
    return key


def slug_of_key(session: Session, key: str) -> str:
    """A slug by which `article_key_of` finds this key again; "" for none."""
    if not key:
        return ""
    slugs = select(Article.slug).where(Article.translation_key == key).order_by(Article.language != "en", Article.id)
    return session.scalars(slugs.limit(1)).first() or ""
