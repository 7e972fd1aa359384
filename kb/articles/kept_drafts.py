"""What is being typed into the editor, kept on the server until it is saved: whatever happens to browser, network or server."""

import re
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, load_only

from kb.articles.editing import ArticleText, text_from
from kb.core.errors import InvalidInputError, NotFoundError
from kb.tables import Article, ArticleDraft, ArticleSchedule, ScheduleState, User, shown_name, utc_now

MOST_OF_A_PERSON = 200
KEPT = timedelta(days=180)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")


def keep_draft(
    session: Session, key: str, user_id: int, text: ArticleText, *, article_id: int | None, seen: int
) -> ArticleDraft:
    """Write what stands in an open page over what stood there before. key: names the page, random. Flushes.

    Raises InvalidInputError for a key that is none, or is a colleague's.
    """
    if not _KEY.fullmatch(key):
        raise InvalidInputError("This page has no name to keep a draft by.", remedy="Open it again.")
    found = session.scalar(select(ArticleDraft).where(ArticleDraft.key == key))
    if found is None:
        found = ArticleDraft(key=key, user_id=user_id)
        session.add(found)
    elif found.user_id != user_id:
        raise InvalidInputError("This draft is a colleague's.", remedy="Open the article again.")
    found.article_id, found.revision = article_id, seen
    found.fields, found.body, found.updated_at = text.fields(), text.body, utc_now()
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInputError("This page was kept twice at the same moment.", remedy="Try again.") from error
    _forget_old(session, user_id)
    return found


def _forget_old(session: Session, user_id: int) -> None:
    """A person's drafts beyond the newest ones, and those that nobody has touched for half a year, but none that is planned."""
    is_planned = (
        select(ArticleSchedule.id)
        .where(ArticleSchedule.draft_key == ArticleDraft.key, ArticleSchedule.state == ScheduleState.WAITING.value)
        .exists()
    )
    session.execute(
        delete(ArticleDraft)
        .where(ArticleDraft.updated_at < utc_now() - KEPT, ~is_planned)
        .execution_options(synchronize_session=False)
    )
    mine = select(ArticleDraft.id).where(ArticleDraft.user_id == user_id, ~is_planned)
    mine = mine.order_by(ArticleDraft.updated_at.desc(), ArticleDraft.id.desc()).offset(MOST_OF_A_PERSON)
    old = list(session.scalars(mine.limit(100)))
    if old:
        session.execute(delete(ArticleDraft).where(ArticleDraft.id.in_(old)))


def find_draft(session: Session, key: str, user_id: int) -> ArticleDraft:
    """One of a person's own, or one that a colleague has given to be read. Raises NotFoundError."""
    found = session.scalar(select(ArticleDraft).where(ArticleDraft.key == key))
    if found is None or (found.user_id != user_id and not found.for_review):
        raise NotFoundError("There is no such draft (any more).")
    return found


def draft_of(session: Session, article: Article, key: str) -> ArticleDraft:
    """A change of an article that is kept, whoever's it is. Raises NotFoundError."""
    found = session.scalar(select(ArticleDraft).where(ArticleDraft.key == key, ArticleDraft.article_id == article.id))
    if found is None:
        raise NotFoundError("There is no such draft (any more).")
    return found


def text_of_draft(draft: ArticleDraft, article: Article) -> ArticleText:
    """What an article would say with the change; its language stays."""
    return text_from({**draft.fields, "language": article.language}, draft.body)


def open_drafts(session: Session, user_id: int, *, article_id: int | None) -> list[tuple[ArticleDraft, str]]:
    """The drafts of an article (None: of articles that were never saved) that this person may open, with the writer's name,

    the newest first, without their texts.
    """
    query = select(ArticleDraft, shown_name())
    query = query.join(User, User.id == ArticleDraft.user_id)
    query = query.where((ArticleDraft.user_id == user_id) | ArticleDraft.for_review)
    query = query.where(
        ArticleDraft.article_id.is_(None) if article_id is None else ArticleDraft.article_id == article_id
    )
    facts = load_only(
        ArticleDraft.key, ArticleDraft.user_id, ArticleDraft.revision, ArticleDraft.fields, ArticleDraft.for_review
    )
    query = query.options(facts, load_only(ArticleDraft.updated_at)).order_by(ArticleDraft.updated_at.desc())
    return [(draft, name) for draft, name in session.execute(query.limit(20))]


def drop_drafts(session: Session, keys: Iterable[str], user_id: int) -> None:
    """Saved, or not wanted any more: a person's own, and those that a colleague has given to be read."""
    wanted = [key for key in keys if _KEY.fullmatch(key)]
    if wanted:
        allowed = (ArticleDraft.user_id == user_id) | ArticleDraft.for_review
        session.execute(delete(ArticleDraft).where(ArticleDraft.key.in_(wanted), allowed))
