"""One act on many articles, which one undo takes back. What could not be done is told, and never stops the rest.

details of a `BulkAct`: {"value": …, "done": [{"article", "title", "language", "before": fields, "revision"}], "refused" and,
after an undo, "kept": [{"article", "title", "language", "why"}]}. why: gone | changed | same | empty | faulty | not_approved |
taken | archived.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.approval import NotApprovedError, require_approval
from kb.articles.editing import LONGEST, faults_of, text_of
from kb.articles.frontmatter import is_date
from kb.articles.reviews import Editor, ask_review, close_reviews, require_reviewer, waiting_review
from kb.articles.source import ArticleSource
from kb.articles.store import save_article, source_of_article
from kb.articles.text import slugify
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import Article, BulkAct, ReviewState, User, shown_name
from kb.text.cleaning import clean_line

ACTS = ("archive", "publish", "topic", "owner", "review_by", "review")
MOST = 200
MOST_LISTED = 20


@dataclass(frozen=True)
class Chosen:
    """An article of the list, and the revision that it had when the list was looked at."""

    id: int
    seen: int


@dataclass(frozen=True)
class Refusal(Exception):
    why: str


def act_on(
    session: Session, chosen: Iterable[Chosen], act: str, value: str, *, by: Editor, needs_approval: bool
) -> BulkAct:
    """value: topic, owner, day (ISO) or the number of a reviewer ("" for anybody). Flushes.

    Raises InvalidInputError for a value that cannot be used, and for none or more than MOST articles.
    """
    wanted = list({one.id: one for one in chosen}.values())
    if not wanted:
        raise InvalidInputError("No article is chosen.", remedy="Tick those that it is about.")
    if len(wanted) > MOST:
        raise InvalidInputError(f"{MOST} articles at most.")
    value = _checked(session, act, value, by)
    row = BulkAct(user_id=by.id, act=act, details={})
    session.add(row)
    session.flush()  # a transaction is open before the first savepoint
    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    found = {one.id: one for one in session.scalars(select(Article).where(Article.id.in_([one.id for one in wanted])))}
    for one in wanted:
        article = found.get(one.id)
        if article is None:
            refused.append({"article": one.id, "title": str(one.id), "language": "", "why": "gone"})
            continue
        about = _about(article)
        try:
            with session.begin_nested():
                before = _do(session, article, one.seen, act, value, by=by, needs_approval=needs_approval)
        except Refusal as refusal:
            refused.append({**about, "why": refusal.why})
        except NotApprovedError:
            refused.append({**about, "why": "not_approved"})
        except ConflictError:
            refused.append({**about, "why": "changed"})
        else:
            done.append({**about, "before": before, "revision": article.revision})
    row.details = {"value": value, "done": done, "refused": refused}
    session.flush()
    return row


def undo_act(session: Session, act_id: int, *, by: Editor) -> BulkAct:
    """Every article goes back to what it was, but for those that somebody has changed since: they are told. Flushes.

    Raises NotFoundError, ConflictError where it is undone already.
    """
    row = get_act(session, act_id)
    if row.undone_at is not None:
        raise ConflictError("It has been undone already.")
    row.undone_at, row.undone_by_id = utc_now(), by.id
    session.flush()
    kept: list[dict[str, Any]] = []
    numbers = [one["article"] for one in row.details["done"]]
    found = {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(numbers)))}
    for one in row.details["done"]:
        article = found.get(one["article"])
        about = {name: one[name] for name in ("article", "title", "language")}
        if article is None or article.revision != one["revision"]:
            kept.append({**about, "why": "gone" if article is None else "changed"})
            continue
        try:
            with session.begin_nested():
                _put_back(session, article, one["before"], row.act, by)
        except ConflictError:
            kept.append({**about, "why": "changed"})
    row.details = {**row.details, "kept": kept}
    session.flush()
    return row


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


def _about(article: Article) -> dict[str, Any]:
    return {"article": article.id, "title": article.title, "language": article.language}


def _checked(session: Session, act: str, value: str, by: Editor) -> str:
    value = clean_line(value)
    if act not in ACTS:
        raise InvalidInputError("There is no such act.")
    if act == "topic":
        if value and not slugify(value):
            raise InvalidInputError("A topic needs a letter or a digit.")
        value = slugify(value)
    if len(value) > LONGEST.get(act, 320):
        raise InvalidInputError(f"At most {LONGEST.get(act, 320)} letters.")
    if act == "review_by" and value and not is_date(value):
        raise InvalidInputError("This is no day.", remedy="Write it as 2027-03-01.")
    if act == "review" and value:
        is_number = value.isascii() and value.isdigit() and len(value) < 10
        require_reviewer(session, int(value) if is_number else 0, by=by)
    return value


def _do(
    session: Session, article: Article, seen: int, act: str, value: str, *, by: Editor, needs_approval: bool
) -> Mapping[str, Any]:
    """Returns the fields that it has changed, as they were. Raises Refusal and ConflictError."""
    if article.revision != seen:
        raise Refusal("changed")
    source = source_of_article(session, article)
    fields: dict[str, Any]
    if act == "review":
        if source.status not in {"draft", "in_review"}:
            raise Refusal("archived" if source.status == "archived" else "same")
        if source.status == "in_review" and waiting_review(session, article.id) is not None:
            raise Refusal("same")
        fields = {"status": "in_review"}
    elif act in {"archive", "publish"}:
        fields = {"status": "archived" if act == "archive" else "published"}
    elif act == "review_by":
        fields = {"review_by": date.fromisoformat(value) if value else None}
    else:
        fields = {act: value or (None if act == "owner" else "")}
    changed = replace(source, **fields)
    if changed == source and act != "review":
        raise Refusal("same")
    if fields.get("status") in {"published", "in_review"}:
        _check_text(changed)
    if act == "publish" and needs_approval:
        require_approval(session, article, changed)
    before = {name: _plain(getattr(source, name)) for name in fields}
    save_article(session, changed, author=by.email, note=_NOTES[act], article=article)
    if act == "review":
        ask_review(session, article, by=by, reviewer_id=int(value) if value else None)
    return before


_NOTES = {
    "archive": "Archived with others",
    "publish": "Published with others",
    "topic": "Topic changed with others",
    "owner": "Owner changed with others",
    "review_by": "Day of review changed with others",
    "review": "Given to be read with others",
}


def _check_text(source: ArticleSource) -> None:
    faults = faults_of(text_of(source), source.status)
    if faults:
        raise Refusal("empty" if faults[0].kind == "missing" else "faulty")


def _put_back(session: Session, article: Article, before: Mapping[str, Any], act: str, by: Editor) -> None:
    fields = dict(before)
    if fields.get("review_by"):
        fields["review_by"] = date.fromisoformat(fields["review_by"])
    source = replace(source_of_article(session, article), **fields)
    save_article(session, source, author=by.email, note="Undone", article=article)
    if act == "review":
        close_reviews(session, article.id, by=by, state=ReviewState.WITHDRAWN)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
