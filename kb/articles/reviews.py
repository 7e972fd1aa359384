"""Reviews: a writer asks, a colleague reads and approves or sends back with a word. Functions flush, the caller commits.

Every trainer writes and every trainer may approve, but nobody approves what they wrote themselves. Where several are asked, as
many approve: see kb.articles.reviewers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kb.articles.approval import digest_of, wrote_it
from kb.articles.editing import ArticleText, save_text, source_of_text, text_of
from kb.articles.kept_drafts import draft_of, text_of_draft
from kb.articles.reviewers import (
    Reader,
    approvals_missing,
    ask_readers,
    note_approval,
    readers_of,
    require_reviewers,
)
from kb.articles.store import get_article
from kb.core.clock import utc_now
from kb.core.database import wait_for_turn
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from kb.tables import Article, ArticleDraft, ArticleReview, ReviewReader, ReviewState, User, shown_name

LONGEST_WORD = 1_000
MOST_LISTED = 200
_WAITING = ReviewState.WAITING.value


@dataclass(frozen=True)
class Editor:
    """Who does something."""

    id: int
    email: str


@dataclass(frozen=True)
class WaitingReview:
    """One line of the list. asked_by: a name; readers: who is asked by name, none where anybody is."""

    id: int
    article_id: int
    title: str
    language: str
    draft_key: str
    is_change: bool  # of a published article
    asked_by_id: int | None
    asked_by: str
    word: str
    asked_at: datetime
    readers: tuple[Reader, ...] = ()

    def waits_for(self, user_id: int) -> bool:
        return any(one.user_id == user_id and one.is_waited_for for one in self.readers)


@dataclass(frozen=True)
class TextToRead:
    """What is to be read: the newest revision, or a change of a published article that is not in it yet."""

    article: Article
    text: ArticleText
    digest: str
    draft: ArticleDraft | None = None
    # The article has been saved since the change was begun: it cannot be published as it is.
    is_behind: bool = False


def ask_review(
    session: Session,
    article: Article,
    *,
    by: Editor,
    readers: Sequence[int] = (),
    word: str = "",
    draft_key: str = "",
) -> ArticleReview:
    """These people are to read it (by number; none: anybody). Asked again, the one that waits is changed.

    Raises InvalidInputError as `require_reviewers` does.
    """
    require_reviewers(session, readers, writer_id=by.id)
    wait_for_turn(session, f"review of {article.id}")
    found = waiting_review(session, article.id, draft_key)
    if found is None:
        found = ArticleReview(article_id=article.id, draft_key=draft_key)
        session.add(found)
    found.asked_by_id = by.id
    found.word, found.asked_at = word.strip()[:LONGEST_WORD], utc_now()
    session.flush()
    ask_readers(session, found.id, readers)
    return found


def waiting_review(session: Session, article_id: int, draft_key: str = "") -> ArticleReview | None:
    query = select(ArticleReview).where(
        ArticleReview.article_id == article_id,
        ArticleReview.draft_key == draft_key,
        ArticleReview.state == _WAITING,
    )
    return session.scalars(query.order_by(ArticleReview.id.desc()).limit(1)).first()


def waiting_reviews(session: Session, user_id: int | None = None) -> list[WaitingReview]:
    """All that wait, the oldest first, those that wait for this person by name before the others. Two statements."""
    writer = aliased(User)
    is_asked = exists().where(
        ReviewReader.review_id == ArticleReview.id,
        ReviewReader.user_id == user_id,
        ReviewReader.is_asked,
        ReviewReader.approved_at.is_(None),
    )
    query = (
        select(
            ArticleReview,
            func.coalesce(ArticleDraft.fields["title"].as_string(), Article.title),
            Article.language,
            shown_name(writer),
        )
        .join(Article, Article.id == ArticleReview.article_id)
        .outerjoin(ArticleDraft, (ArticleDraft.key == ArticleReview.draft_key) & (ArticleReview.draft_key != ""))
        .outerjoin(writer, writer.id == ArticleReview.asked_by_id)
        # A draft that was thrown away leaves nothing to read; neither does an article that went another way.
        .where(
            ArticleReview.state == _WAITING,
            or_(ArticleDraft.id.is_not(None), (ArticleReview.draft_key == "") & (Article.status == "in_review")),
        )
        .order_by(case((is_asked, 0), else_=1), ArticleReview.asked_at, ArticleReview.id)
        .limit(MOST_LISTED)
    )
    rows = session.execute(query).all()
    readers = readers_of(session, [row[0].id for row in rows])
    return [
        WaitingReview(
            one.id, one.article_id, title, language, one.draft_key, bool(one.draft_key), one.asked_by_id, asked_by,
            one.word, one.asked_at, readers.get(one.id, ()),
        )
        for one, title, language, asked_by in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class PastReview:
    """writer, judge: names of who asked and who decided, "" for nobody."""

    review: ArticleReview
    writer: str
    judge: str
    readers: tuple[Reader, ...]


def reviews_of(session: Session, article_id: int, *, limit: int = 20) -> list[PastReview]:
    """The newest first. Two statements at most."""
    writer, judge = aliased(User), aliased(User)
    query = (
        select(ArticleReview, shown_name(writer), shown_name(judge))
        .outerjoin(writer, writer.id == ArticleReview.asked_by_id)
        .outerjoin(judge, judge.id == ArticleReview.decided_by_id)
        .where(ArticleReview.article_id == article_id)
    )
    rows = session.execute(query.order_by(ArticleReview.id.desc()).limit(limit)).all()
    readers = readers_of(session, [row[0].id for row in rows])
    return [PastReview(row[0], row[1], row[2], readers.get(row[0].id, ())) for row in rows]


def text_to_read(session: Session, article_id: int, draft_key: str = "") -> TextToRead:
    """Raises NotFoundError, also for a draft that nobody was asked to read."""
    article = get_article(session, article_id)
    if not draft_key:
        text = text_of(article)
        return TextToRead(article, text, digest_of(source_of_text(session, text, article.status)))
    draft = draft_of(session, article, draft_key)
    if not draft.for_review:
        raise NotFoundError("There is no such draft (any more).")
    text = text_of_draft(draft, article)
    # A draft may hold a day that is none; it is no part of what is approved.
    digest = digest_of(source_of_text(session, replace(text, review_by=""), "published"))
    return TextToRead(article, text, digest, draft, draft.revision != article.revision)


def may_approve(session: Session, reading: TextToRead, user: Editor) -> bool:
    """Whoever has not written it: no version since the last published one, nor the draft."""
    if reading.draft is not None:
        return reading.draft.user_id != user.id
    return not wrote_it(session, reading.article, user.email)


def approve(session: Session, reading: TextToRead, *, by: Editor, seen: str, word: str = "") -> ArticleReview:
    """The text that was read (seen: its digest) may be published, for this reader: it waits on while others have to approve too.

    Raises NotAllowedError, ConflictError where it has changed.
    """
    review = _to_decide(session, reading, by)
    if seen != reading.digest:
        raise ConflictError("The text has changed since you opened it.", remedy="Read it again.")
    if note_approval(session, review.id, by.id, digest=reading.digest, word=word.strip()[:LONGEST_WORD]):
        return review
    review.digest = reading.digest
    return _decide(session, review, ReviewState.APPROVED, by, word)


def others_missing(readers: Sequence[Reader], reading: TextToRead, user_id: int) -> int:
    """How many have to approve this text beside this person."""
    missing = approvals_missing(readers, reading.digest)
    has_approved = any(one.user_id == user_id and one.digest == reading.digest for one in readers)
    return missing if has_approved else max(0, missing - 1)


def publish_read_text(
    session: Session, reading: TextToRead, *, by: Editor, today: date, needs_approval: bool
) -> Article:
    """Publish what was approved just now; it counts as reviewed today. Raises as save_text does."""
    article, draft = reading.article, reading.draft
    writer = session.get(User, draft.user_id) if draft is not None else None
    saved = save_text(
        session,
        reading.text,
        "published",
        article=article,
        seen=draft.revision if draft is not None else article.revision,
        author=writer.email if writer is not None else by.email,
        note=f"Approved by {by.email}",
        needs_approval=needs_approval,
        reviewed_on=today,
    )
    saved.reviewed_by = by.email
    if draft is not None:
        session.delete(draft)
    session.flush()
    return saved


def send_back(session: Session, reading: TextToRead, *, by: Editor, word: str) -> ArticleReview:
    """Not yet, and why: a text in review is a draft again, a change its writer's own. Raises InvalidInputError without a word."""
    if not word.strip():
        raise InvalidInputError("Say what is missing.", remedy="Without a word the writer does not know what to do.")
    review = _to_decide(session, reading, by, is_approval=False)
    if reading.draft is not None:
        reading.draft.for_review = False
    elif reading.article.status == "in_review":
        article = reading.article
        save_text(
            session, reading.text, "draft", article=article, seen=article.revision, author=by.email, note=word.strip()
        )  # fmt: skip
    return _decide(session, review, ReviewState.SENT_BACK, by, word)


def close_reviews(session: Session, article_id: int, *, by: Editor, state: ReviewState, draft_key: str = "") -> None:
    """What waits to be read is published, or not wanted any more."""
    query = select(ArticleReview).where(ArticleReview.article_id == article_id, ArticleReview.state == _WAITING)
    for review in session.scalars(query.where(ArticleReview.draft_key.in_({"", draft_key}))):
        if review.draft_key == draft_key or state is ReviewState.PUBLISHED:
            _decide(session, review, state, by, "")


def _to_decide(session: Session, reading: TextToRead, by: Editor, *, is_approval: bool = True) -> ArticleReview:
    if is_approval and not may_approve(session, reading, by):
        raise NotAllowedError("Nobody approves what they wrote themselves.", remedy="Ask a colleague.")
    draft_key = reading.draft.key if reading.draft is not None else ""
    review = waiting_review(session, reading.article.id, draft_key)
    if review is None:
        raise ConflictError("Nobody waits for a word about this text any more.", remedy="Look at it again.")
    return review


def _decide(session: Session, review: ArticleReview, state: ReviewState, by: Editor, word: str) -> ArticleReview:
    review.state, review.decided_by_id, review.decided_at = state.value, by.id, utc_now()
    review.answer = word.strip()[:LONGEST_WORD]
    session.flush()
    return review
