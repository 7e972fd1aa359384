"""Articles that are published or archived by themselves at a time. A job of the worker does it; functions flush only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from kb.articles.approval import NotApprovedError
from kb.articles.editing import AddressTakenError, ChangedMeanwhileError, save_text, set_status
from kb.articles.kept_drafts import draft_of, text_of_draft
from kb.articles.reviews import Editor, close_reviews
from kb.core.clock import utc_now
from kb.core.database import session_scope, wait_for_turn
from kb.core.errors import ConflictError, InvalidInputError, KbError, NotFoundError
from kb.tables import Article, ArticleSchedule, ReviewState, ScheduleState, User, shown_name

ACTS = ("publish", "archive")
# A draft that nobody touches is kept for half a year; what is further off belongs into a calendar.
FURTHEST = timedelta(days=170)
MOST_SHOWN = 100
_WAITING, _FAILED = ScheduleState.WAITING.value, ScheduleState.FAILED.value


class PastTimeError(InvalidInputError):
    """The time is over already."""


class TooFarError(InvalidInputError):
    """The time is further off than FURTHEST."""


class OrderError(InvalidInputError):
    """It would be archived before it is published."""


@dataclass(frozen=True)
class Planned:
    """A line of a list. by: the name of who planned it."""

    schedule: ArticleSchedule
    title: str
    language: str
    by: str


def plan(
    session: Session,
    article: Article,
    act: str,
    at: datetime,
    *,
    user_id: int,
    draft_key: str = "",
    now: datetime | None = None,
) -> ArticleSchedule:
    """In place of what was planned for this act before. draft_key: of the change of a published article that is to come out.

    Raises PastTimeError, TooFarError, OrderError, InvalidInputError for an act that has no sense, NotFoundError for the draft.
    """
    now = now or utc_now()
    if at <= now:
        raise PastTimeError("This time is over already.", remedy="Choose a later one, or do it now.")
    if at - now > FURTHEST:
        raise TooFarError("That is too far off.", remedy="%(days)s days at most.", days=FURTHEST.days)
    is_live = article.status == "published"
    if act not in ACTS or (act == "publish" and is_live and not draft_key):
        raise InvalidInputError("It is published already.", remedy="Keep the changes that are to come out then first.")
    if act == "archive" and article.status == "archived":
        raise InvalidInputError("It is archived already.")
    if draft_key:
        draft_of(session, article, draft_key)
    wait_for_turn(session, f"plans of {article.id}")
    others = {one.act: one for one in waiting_of(session, article.id)}
    publishes = at if act == "publish" else others["publish"].at if "publish" in others else None
    archives = at if act == "archive" else others["archive"].at if "archive" in others else None
    if publishes is not None and archives is not None and archives <= publishes:
        raise OrderError("It would be archived before it is published.", remedy="Archive it later.")
    if act in others:
        _finish(others[act], ScheduleState.CANCELLED, now)
    found = ArticleSchedule(article_id=article.id, act=act, at=at, draft_key=draft_key, user_id=user_id)
    session.add(found)
    session.flush()
    return found


def cancel(session: Session, schedule_id: int, *, now: datetime | None = None) -> ArticleSchedule:
    """Nothing happens then; what failed is no longer shown. Raises NotFoundError, ConflictError where it is done already."""
    found = session.get(ArticleSchedule, schedule_id)
    if found is None:
        raise NotFoundError("There is no such plan.")
    if found.state == ScheduleState.DONE.value:
        raise ConflictError("It has been done already.", remedy="Undo it in the article's history.")
    _finish(found, ScheduleState.CANCELLED, now or utc_now())
    session.flush()
    return found


def cancel_of_drafts(session: Session, keys: Iterable[str]) -> None:
    """The drafts are saved, or not wanted any more: there is nothing left to publish."""
    wanted = [key for key in keys if key]
    if not wanted:
        return
    query = select(ArticleSchedule).where(ArticleSchedule.draft_key.in_(wanted), ArticleSchedule.state == _WAITING)
    for one in session.scalars(query):
        _finish(one, ScheduleState.CANCELLED, utc_now())


def waiting_of(session: Session, article_id: int) -> Sequence[ArticleSchedule]:
    query = select(ArticleSchedule).where(ArticleSchedule.article_id == article_id, ArticleSchedule.state == _WAITING)
    return session.scalars(query.order_by(ArticleSchedule.at)).all()


def planned(session: Session, *, article_id: int | None = None) -> list[Planned]:
    """What failed and what waits, the next first. One statement."""
    query = (
        select(ArticleSchedule, Article.title, Article.language, shown_name())
        .join(Article, Article.id == ArticleSchedule.article_id)
        .outerjoin(User, User.id == ArticleSchedule.user_id)
        .where(ArticleSchedule.state.in_((_FAILED, _WAITING)))
        .order_by(ArticleSchedule.state, ArticleSchedule.at, ArticleSchedule.id)
        .limit(MOST_SHOWN)
    )
    if article_id is not None:
        query = query.where(ArticleSchedule.article_id == article_id)
    return [Planned(one, title, language, by) for one, title, language, by in session.execute(query)]


def has_due_schedules(session: Session) -> bool:
    """One statement."""
    return _next(session, utc_now()) is not None


def run_due(
    engine: Engine,
    *,
    needs_approval: bool,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """Do what is due, each in a transaction of its own; returns how many were done and how many failed."""
    counts: dict[str, int] = {}
    while True:
        if checkpoint:
            checkpoint()
        with session_scope(engine) as session:
            number = _next(session, now())
            if number is None:
                return counts
            # Whoever changes the row first has it; who comes second waits, and finds nothing that waits.
            mine = session.execute(
                update(ArticleSchedule)
                .where(ArticleSchedule.id == number, ArticleSchedule.state == _WAITING)
                .values(state=ScheduleState.DONE.value, finished_at=now())
                .returning(ArticleSchedule.id)
                .execution_options(synchronize_session=False)
            ).first()
            if mine is None:
                continue
            state = _do(session, session.get_one(ArticleSchedule, number), needs_approval=needs_approval)
        counts[state] = counts.get(state, 0) + 1


def _do(session: Session, due: ArticleSchedule, *, needs_approval: bool) -> str:
    why = ""
    try:
        with session.begin_nested():
            _act(session, due, needs_approval=needs_approval)
    except NotApprovedError:
        why = "not_approved"
    except ChangedMeanwhileError:
        why = "changed"
    except AddressTakenError:
        why = "taken"
    except NotFoundError:
        why = "gone"
    except ConflictError:
        why = "changed"
    except KbError:  # whatever else is wrong with one text holds up no other
        why = "faulty"
    if why:
        due.state, due.why = _FAILED, why
    session.flush()
    return due.state


def _act(session: Session, due: ArticleSchedule, *, needs_approval: bool) -> None:
    article = session.get_one(Article, due.article_id)
    user = session.get(User, due.user_id) if due.user_id is not None else None
    author = user.email if user is not None else ""
    if due.act == "archive":
        if article.status != "archived":
            set_status(session, article, "archived", seen=article.revision, author=author)
        return
    if due.draft_key:
        draft = draft_of(session, article, due.draft_key)
        save_text(
            session,
            text_of_draft(draft, article),
            "published",
            article=article,
            seen=draft.revision,
            author=author,
            needs_approval=needs_approval,
        )
        session.delete(draft)
    elif article.status != "published":
        set_status(session, article, "published", seen=article.revision, author=author, needs_approval=needs_approval)
    if user is not None:
        by = Editor(user.id, user.email)
        close_reviews(session, article.id, by=by, state=ReviewState.PUBLISHED, draft_key=due.draft_key)


def _next(session: Session, now: datetime) -> int | None:
    query = select(ArticleSchedule.id).where(ArticleSchedule.state == _WAITING, ArticleSchedule.at <= now)
    return session.scalar(query.order_by(ArticleSchedule.at, ArticleSchedule.id).limit(1))


def _finish(schedule: ArticleSchedule, state: ScheduleState, now: datetime) -> None:
    schedule.state, schedule.finished_at = state.value, now
