"""Why readers say that an article did not help: kept with their vote, read by trainers, a miss where something is missing."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kb.core.database import upsert
from kb.privacy.redaction import redact
from kb.search.types import Outcome
from kb.tables import Article, FeedbackKind, SearchEvent, VoteReason, feedback_key, utc_now
from kb.text.cleaning import clean_text
from kb.text.language import guess_language
from kb.text.no_question import find_no_question

LONGEST = 1000  # characters of a reason
PLACE = "article"  # of a search that was made of a reason
_TABLE = cast(Table, VoteReason.__table__)


class Why(StrEnum):
    MISSING = "missing"
    UNCLEAR = "unclear"
    OUTDATED = "outdated"
    FAILED = "failed"


@dataclass(frozen=True)
class GivenReason:
    """A reason as trainers read it, with the article that it is about. `choice`: "" where none was chosen."""

    article_id: int
    title: str
    slug: str
    language: str
    choice: str
    text: str
    created_at: datetime


def store_reason(
    session: Session,
    article: Article,
    *,
    choice: str,
    text: str,
    search_id: str,
    visit: str | None,
    language: str,
    region: str,
) -> bool:
    """Keep why an article did not help; False where nothing was said. The text is redacted for `region` and cut to LONGEST.

    What somebody lacks and found without a search is stored as a search without an answer: the collector of misses puts it into
    a gap. With a search the vote has made a miss of that one already.
    """
    kept = redact(clean_text(text), region=region).strip()[:LONGEST].rstrip()
    kept = kept if any(map(str.isalnum, kept)) else ""
    chosen = choice if choice in set(Why) else ""
    if not kept and not chosen:
        return False
    document = f"article:{article.id}"
    event_id = session.scalar(select(SearchEvent.id).where(SearchEvent.public_id == search_id)) if search_id else None
    key = feedback_key(event_id=event_id, visit=visit, kind=FeedbackKind.NOT_ANSWERED.value, document=document)
    if event_id is None and chosen == Why.MISSING and kept and find_no_question(kept) is None:
        event_id = _store_miss(session, key, kept, document, visit, language)
    row = {
        "key": key,
        "article_id": article.id,
        "language": language,
        "choice": chosen,
        "text": kept,
        "event_id": event_id,
        "created_at": utc_now(),
    }
    upsert(session, _TABLE, row, key=("key",), change=("choice", "text", "event_id", "created_at"))
    return True


def _store_miss(session: Session, key: str, text: str, document: str, visit: str | None, language: str) -> int:
    """One search for each reader and article: what is said anew takes the place of what was said before."""
    before = session.scalar(select(VoteReason.event_id).where(VoteReason.key == key))
    event = session.get(SearchEvent, before) if before is not None else None
    if event is None:
        event = SearchEvent(
            public_id=str(uuid.uuid4()), place=PLACE, audience="customer", visit=visit, results=[document]
        )
        session.add(event)
    event.query, event.language, event.reader_language = text, guess_language(text), language
    event.outcome, event.confidence = Outcome.NONE.value, 0.0
    session.flush()
    return event.id


def list_reasons(session: Session, *, limit: int, offset: int = 0) -> list[GivenReason]:
    """The newest first."""
    query = (
        select(
            Article.id,
            Article.title,
            Article.slug,
            Article.language,
            VoteReason.choice,
            VoteReason.text,
            VoteReason.created_at,
        )
        .join(Article, Article.id == VoteReason.article_id)
        .order_by(VoteReason.created_at.desc(), VoteReason.id.desc())
    )
    return [GivenReason(*row) for row in session.execute(query.limit(limit).offset(offset))]


def count_reasons(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count(VoteReason.id))) or 0
