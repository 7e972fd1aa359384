"""Comments on paragraphs: they stay with the text that they are about, and say so when it has changed or gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from kb.articles.differences import Piece, differences
from kb.articles.paragraphs import LONGEST_QUOTE, Paragraph, Standing, WordPlaces, beside, find_anchor
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.tables import ArticleComment, User, shown_name

LONGEST_TEXT = 4_000
MOST_SHOWN = 300


@dataclass(frozen=True)
class Reply:
    id: int
    by: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """A comment with its answers. place: of its paragraph now, None where that is gone; changed: from then to now."""

    id: int
    by: str
    text: str
    at: datetime
    quote: str
    standing: Standing
    place: int | None
    changed: tuple[Piece, ...]
    replies: tuple[Reply, ...]
    resolved_at: datetime | None
    resolved_by: str


def comment_on(
    session: Session,
    article_id: int,
    text: str,
    *,
    user_id: int,
    paragraphs: Sequence[Paragraph],
    place: int,
    quote: str,
) -> ArticleComment:
    """A word about the paragraph at `place`, as it was read (quote).

    Raises InvalidInputError for no words and for too many. A paragraph that has changed since it was read is no fault: the
    comment is about what was read, and the page says that it has changed.
    """
    texts = [one.text for one in paragraphs]
    quote = quote[:LONGEST_QUOTE]
    if not quote:
        raise InvalidInputError("Choose the paragraph that this is about.")
    is_there = 0 <= place < len(texts) and texts[place][:LONGEST_QUOTE] == quote
    found = ArticleComment(
        article_id=article_id,
        user_id=user_id,
        text=_checked(text),
        quote=quote,
        place=max(place, 0),
        beside=beside(texts, place if is_there else -1),
    )
    session.add(found)
    session.flush()
    return found


def answer_comment(session: Session, comment_id: int, text: str, *, user_id: int) -> ArticleComment:
    """Raises NotFoundError, InvalidInputError."""
    first = get_comment(session, comment_id)
    found = ArticleComment(
        article_id=first.article_id, parent_id=first.parent_id or first.id, user_id=user_id, text=_checked(text)
    )
    session.add(found)
    session.flush()
    return found


def set_resolved(session: Session, comment_id: int, *, resolved: bool, user_id: int) -> ArticleComment:
    """Resolve it, or open it again; twice is once. Raises NotFoundError."""
    found = get_comment(session, comment_id)
    if resolved != (found.resolved_at is not None):
        found.resolved_at = utc_now() if resolved else None
        found.resolved_by_id = user_id if resolved else None
        session.flush()
    return found


def get_comment(session: Session, comment_id: int) -> ArticleComment:
    found = session.get(ArticleComment, comment_id)
    if found is None:
        raise NotFoundError("There is no such comment.")
    return found


def threads_of(session: Session, article_id: int, paragraphs: Sequence[Paragraph]) -> list[Thread]:
    """All comments of an article beside the paragraphs of a text of it, the oldest first. One statement."""
    judge = aliased(User)
    query = (
        select(ArticleComment, shown_name(), shown_name(judge))
        .outerjoin(User, User.id == ArticleComment.user_id)
        .outerjoin(judge, judge.id == ArticleComment.resolved_by_id)
        .where(ArticleComment.article_id == article_id)
        .order_by(ArticleComment.id.desc())
        .limit(MOST_SHOWN)
    )
    rows = list(session.execute(query))[::-1]
    replies: dict[int, list[Reply]] = {}
    for comment, by, _judge in rows:
        if comment.parent_id is not None:
            replies.setdefault(comment.parent_id, []).append(Reply(comment.id, by, comment.text, comment.created_at))
    texts = [one.text for one in paragraphs]
    places = WordPlaces(texts)
    found = []
    for comment, by, resolved_by in rows:
        if comment.parent_id is not None:
            continue
        anchor = find_anchor(comment.quote, comment.place, comment.beside, texts, places)
        changed: tuple[Piece, ...] = ()
        if anchor.standing is Standing.CHANGED and anchor.place is not None:
            changed = tuple(differences(comment.quote, texts[anchor.place][:LONGEST_QUOTE]))
        found.append(
            Thread(
                comment.id, by, comment.text, comment.created_at, comment.quote, anchor.standing, anchor.place, changed,
                tuple(replies.get(comment.id, ())), comment.resolved_at, resolved_by,
            )
        )  # fmt: skip
    return found


def count_open(session: Session, article_id: int) -> int:
    """Comments that nobody has resolved."""
    query = select(func.count(ArticleComment.id)).where(
        ArticleComment.article_id == article_id,
        ArticleComment.parent_id.is_(None),
        ArticleComment.resolved_at.is_(None),
    )
    return session.scalar(query) or 0


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInputError("Write a word first.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            "A comment has at most %(longest_text)s characters; this one has %(length)s.",
            longest_text=LONGEST_TEXT,
            length=len(text),
        )
    return text
