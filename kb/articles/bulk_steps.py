"""What an act on many does with one of them, and how it is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.approval import require_approval
from kb.articles.editing import LONGEST, faults_of, text_of
from kb.articles.frontmatter import is_date
from kb.articles.reviewers import require_reviewers
from kb.articles.reviews import Editor, ask_review, close_reviews, waiting_review
from kb.articles.source import ArticleSource
from kb.articles.store import save_article, source_of_article
from kb.articles.text import slugify
from kb.core.errors import InvalidInputError
from kb.tables import Article, ArticleReview, ReviewState
from kb.text.cleaning import clean_line

ACTS = ("archive", "publish", "topic", "owner", "review_by", "review")


@dataclass(frozen=True)
class Refusal(Exception):
    """why: see kb.articles.bulk."""

    why: str


def checked_value(session: Session, act: str, value: str, by: Editor) -> str:
    value = clean_line(value)
    if act not in ACTS:
        raise InvalidInputError("There is no such act.")
    if act == "topic":
        if value and not slugify(value):
            raise InvalidInputError("A topic needs a letter or a digit.")
        value = slugify(value)
    if len(value) > LONGEST.get(act, 320):
        raise InvalidInputError("At most %(most)s letters.", most=LONGEST.get(act, 320))
    if act == "review_by" and value and not is_date(value):
        raise InvalidInputError("This is no day.", remedy="Write it as 2027-03-01.")
    if act == "review" and value:
        require_reviewers(session, _numbers(value), writer_id=by.id)
    return value


def _numbers(value: str) -> list[int]:
    """Of reviewers; 0 for what is none, and nobody has that."""
    parts = dict.fromkeys(part.strip() for part in value.split(","))
    return [int(part) if part.isascii() and part.isdigit() and len(part) < 10 else 0 for part in parts]


def do_one(
    session: Session, article: Article, seen: int, act: str, value: str, *, by: Editor, needs_approval: bool
) -> Mapping[str, Any]:
    """Returns the fields that it has changed, as they were, and "reviews": those that publishing has closed.

    Raises Refusal and ConflictError.
    """
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
    before: dict[str, Any] = {name: _plain(getattr(source, name)) for name in fields}
    save_article(session, changed, author=by.email, note=_NOTES[act], article=article)
    if act == "review":
        ask_review(session, article, by=by, readers=_numbers(value) if value else ())
    if act == "publish" and (waiting := waiting_review(session, article.id)) is not None:
        # Nobody needs to read what is out.
        close_reviews(session, article.id, by=by, state=ReviewState.PUBLISHED)
        before["reviews"] = [waiting.id]
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


def put_back(session: Session, article: Article, before: Mapping[str, Any], act: str, by: Editor) -> None:
    fields = {name: value for name, value in before.items() if name != "reviews"}
    if fields.get("review_by"):
        fields["review_by"] = date.fromisoformat(fields["review_by"])
    source = replace(source_of_article(session, article), **fields)
    save_article(session, source, author=by.email, note="Undone", article=article)
    if act == "review":
        close_reviews(session, article.id, by=by, state=ReviewState.WITHDRAWN)
    for review in session.scalars(select(ArticleReview).where(ArticleReview.id.in_(before.get("reviews", ())))):
        review.state, review.decided_by_id, review.decided_at = ReviewState.WAITING.value, None, None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
