"""One act on many articles, which one undo takes back. What could not be done is told, and never stops the rest.

Some are done at once; of many the rest is left for a job, which goes on block by block. details of a `BulkAct`: {"value": …,
"done": [{"article", "title", "language", "before": fields, "revision"}], "refused" and, after an undo, "kept": [{"article",
"title", "language", "why"}]}; while it goes on "left": [[article, seen revision]], and "to_undo": how many of the done ones.
why: gone | changed | same | empty | faulty | not_approved | archived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.approval import NotApprovedError
from kb.articles.bulk_steps import ACTS, Refusal, checked_value, do_one, put_back
from kb.articles.reviews import Editor
from kb.articles.studio_list import ArticleFilter
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import Article, BulkAct, User, shown_name

__all__ = ["ACTS", "AT_ONCE", "Chosen", "act_on", "choose_all", "get_act", "go_on", "newest_acts", "undo_act"]

AT_ONCE = 200
MOST = 5_000
MOST_LISTED = 20
# No revision: whoever looked at the list has not seen the article as it is.
_UNSEEN = 0


@dataclass(frozen=True)
class Chosen:
    """An article of the list, and the revision that it had when the list was looked at."""

    id: int
    seen: int


def choose_all(session: Session, wanted: ArticleFilter, looked_at: datetime) -> list[Chosen]:
    """All of a list, on whatever page; what has changed since it was looked at is chosen as never seen. One statement."""
    query = select(Article.id, Article.revision, Article.updated_at).where(*wanted.conditions()).order_by(Article.id)
    return [
        Chosen(number, revision if changed <= looked_at else _UNSEEN)
        for number, revision, changed in session.execute(query.limit(MOST + 1))
    ]


def act_on(
    session: Session, chosen: Iterable[Chosen], act: str, value: str, *, by: Editor, needs_approval: bool
) -> BulkAct:
    """value: topic, owner, day (ISO) or the numbers of the reviewers ("3,5"; "" for anybody). Flushes.

    More than AT_ONCE are all left to `go_on`. Raises InvalidInputError for a value that cannot be used, and for none or more
    than MOST articles.
    """
    wanted = list({one.id: one for one in chosen}.values())
    if not wanted:
        raise InvalidInputError("No article is chosen.", remedy="Tick those that it is about.")
    if len(wanted) > MOST:
        raise InvalidInputError("%(most)s articles at most.", most=MOST)
    value = checked_value(session, act, value, by)
    left = [[one.id, one.seen] for one in wanted]
    row = BulkAct(user_id=by.id, act=act, details={"value": value, "done": [], "refused": [], "left": left})
    session.add(row)
    session.flush()  # a transaction is open before the first savepoint
    if len(wanted) <= AT_ONCE:
        go_on(session, row, needs_approval=needs_approval)
    return row


def undo_act(session: Session, act_id: int, *, by: Editor) -> BulkAct:
    """Every article goes back to what it was, but for those that somebody has changed since: they are told. Flushes.

    More than AT_ONCE are all left to `go_on`. Raises NotFoundError, ConflictError where it is undone already or goes on still.
    """
    row = get_act(session, act_id)
    if row.undone_at is not None:
        raise ConflictError("It has been undone already.")
    if is_going_on(row):
        raise ConflictError("It is not done yet.")
    row.undone_at, row.undone_by_id = utc_now(), by.id
    row.details = {**row.details, "kept": [], "to_undo": len(row.details["done"])}
    session.flush()
    if len(row.details["done"]) <= AT_ONCE:
        go_on(session, row, needs_approval=False)
    return row


def is_going_on(row: BulkAct) -> bool:
    return bool(row.details.get("left") or row.details.get("to_undo"))


def go_on(session: Session, row: BulkAct, *, needs_approval: bool) -> bool:
    """The next AT_ONCE articles; returns whether there are more. Flushes. Raises NotFoundError where its person is erased."""
    details = dict(row.details)
    if details.get("left"):
        by = _editor(session, row.user_id)
        _do_block(session, details, row.act, by, needs_approval=needs_approval)
    elif details.get("to_undo"):
        _undo_block(session, details, row.act, _editor(session, row.undone_by_id))
    row.details = details
    session.flush()
    return is_going_on(row)


def get_act(session: Session, act_id: int) -> BulkAct:
    found = session.get(BulkAct, act_id)
    if found is None:
        raise NotFoundError("There is no such act.")
    return found


def newest_acts(session: Session) -> Sequence[tuple[BulkAct, str]]:
    """The last ones, with the name of who it was."""
    query = select(BulkAct, shown_name())
    query = query.outerjoin(User, User.id == BulkAct.user_id).order_by(BulkAct.id.desc()).limit(MOST_LISTED)
    return [(row[0], row[1]) for row in session.execute(query)]


def _do_block(session: Session, details: dict[str, Any], act: str, by: Editor, *, needs_approval: bool) -> None:
    block, details["left"] = details["left"][:AT_ONCE], details["left"][AT_ONCE:]
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    found = _articles(session, [number for number, _seen in block])
    for number, seen in block:
        article = found.get(number)
        if article is None:
            refused.append({"article": number, "title": str(number), "language": "", "why": "gone"})
            continue
        about = {"article": article.id, "title": article.title, "language": article.language}
        try:
            with session.begin_nested():
                before = do_one(session, article, seen, act, details["value"], by=by, needs_approval=needs_approval)
        except Refusal as refusal:
            refused.append({**about, "why": refusal.why})
        except NotApprovedError:
            refused.append({**about, "why": "not_approved"})
        except ConflictError:
            refused.append({**about, "why": "changed"})
        else:
            done.append({**about, "before": before, "revision": article.revision})
    details["done"], details["refused"] = details["done"] + done, details["refused"] + refused


def _undo_block(session: Session, details: dict[str, Any], act: str, by: Editor) -> None:
    begin = len(details["done"]) - details["to_undo"]
    block = details["done"][begin : begin + AT_ONCE]
    details["to_undo"] -= len(block)
    kept: list[dict[str, Any]] = []
    found = _articles(session, [one["article"] for one in block])
    for one in block:
        article = found.get(one["article"])
        about = {name: one[name] for name in ("article", "title", "language")}
        if article is None or article.revision != one["revision"]:
            kept.append({**about, "why": "gone" if article is None else "changed"})
            continue
        try:
            with session.begin_nested():
                put_back(session, article, one["before"], act, by)
        except ConflictError:
            kept.append({**about, "why": "changed"})
    details["kept"] = details["kept"] + kept


def _articles(session: Session, numbers: Sequence[int]) -> dict[int, Article]:
    return {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(numbers)))}


def _editor(session: Session, user_id: int | None) -> Editor:
    user = session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotFoundError("Who asked for this is not known any more.")
    return Editor(user.id, user.email)
