"""What happened in each visit of the help centre, and how it ended. A visit is a random name of a session of a browser.

An end is one of six, and silence is never counted as success: who said yes is apart from who just left.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import ArticleRead, Conversation, Feedback, FeedbackKind, SearchEvent
from kb.tables.feedback import parse_document
from kb.tables.search import NOT_OF_USE

# After so long a rest, whoever goes on has come back; so long afterwards a visit is looked at.
PAUSE, FOLLOWED = timedelta(minutes=30), timedelta(days=7)
_NOT_CUSTOMERS = ("cli", "studio", "desk", "conversation", *NOT_OF_USE)
_SAID = (FeedbackKind.ANSWERED.value, FeedbackKind.NOT_ANSWERED.value)


class End(StrEnum):
    TO_A_PERSON = "to_a_person"  # asked for a person
    CONFIRMED = "confirmed"  # said that it helped, and did not come back for it
    NOT_HELPED = "not_helped"  # said that it did not
    CAME_BACK = "came_back"  # left without a word, and searched or read on later
    ASSUMED = "assumed"  # found or read something and left without a word
    LEFT_WITHOUT = "left_without"  # found nothing and left


@dataclass(frozen=True)
class Search:
    at: datetime
    outcome: str
    first: int | None  # number of the article that came first


@dataclass(frozen=True)
class Read:
    at: datetime
    article_id: int


@dataclass(frozen=True)
class Said:
    at: datetime
    yes: bool
    article_id: int | None


@dataclass
class Visit:
    language: str = ""
    searches: list[Search] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    contacts: list[datetime] = field(default_factory=list)

    @property
    def begun(self) -> datetime:
        return min(self._moments())

    @property
    def last(self) -> datetime:
        return max(self._moments())

    def _moments(self) -> list[datetime]:
        return [*self._looked(), *(one.at for one in self.said), *self.contacts]

    def _looked(self) -> list[datetime]:
        return [*(one.at for one in self.searches), *(one.at for one in self.reads)]

    def end(self) -> End:
        last_said = max(self.said, key=lambda one: one.at, default=None)
        if self.contacts:
            return End.TO_A_PERSON
        if last_said is not None and not last_said.yes:
            return End.NOT_HELPED
        if last_said is not None:
            return End.CAME_BACK if self._asked_again(last_said) else End.CONFIRMED
        if self._came_back():
            return End.CAME_BACK
        if self.reads or any(one.outcome == "answered" for one in self.searches):
            return End.ASSUMED
        return End.LEFT_WITHOUT

    def reads_after_search(self) -> int:
        first = min((one.at for one in self.searches), default=None)
        return 0 if first is None else sum(one.at >= first for one in self.reads)

    def contacts_after(self, article_id: int | None = None) -> int:
        """1 where a person was asked for after reading (this article), else 0."""
        reads = [one.at for one in self.reads if article_id in {None, one.article_id}]
        return int(bool(reads) and any(at >= min(reads) for at in self.contacts))

    def _came_back(self) -> bool:
        return any(after - before > PAUSE for before, after in pairwise(sorted(self._looked())))

    def _asked_again(self, said: Said) -> bool:
        """Whether what had helped was looked for once more."""
        return any(
            one.at - said.at > PAUSE and one.first is not None and one.first == said.article_id for one in self.searches
        )


def read_visits(session: Session, since: datetime, until: datetime) -> dict[str, Visit]:
    """All that was done from `since` on and before `until`, by visit. Four statements."""
    visits: dict[str, Visit] = defaultdict(Visit)
    _add_searches(session, visits, since, until)
    for row in session.execute(
        select(ArticleRead.visit, ArticleRead.created_at, ArticleRead.article_id, ArticleRead.language)
        .where(ArticleRead.created_at >= since, ArticleRead.created_at < until)
        .order_by(ArticleRead.id)
    ):
        visits[row.visit].reads.append(Read(row.created_at, row.article_id))
        visits[row.visit].language = visits[row.visit].language or row.language
    _add_feedback(session, visits, since, until)
    known = select(Conversation.visit, Conversation.created_at).where(
        Conversation.visit.is_not(None), Conversation.created_at >= since, Conversation.created_at < until
    )
    for visit, at in session.execute(known):
        if visit in visits:
            visits[visit].contacts.append(at)
    # Who only voted has seen something before it was counted that way.
    return {name: visit for name, visit in visits.items() if visit.searches or visit.reads}


def _add_searches(session: Session, visits: Mapping[str, Visit], since: datetime, until: datetime) -> None:
    columns: tuple[Any, ...] = (
        SearchEvent.visit,
        SearchEvent.created_at,
        SearchEvent.outcome,
        SearchEvent.results,
        SearchEvent.reader_language,
        SearchEvent.language,
    )
    rows: Iterable[Any] = session.execute(
        select(*columns)
        .where(
            SearchEvent.audience == "customer",
            SearchEvent.place.notin_(_NOT_CUSTOMERS),
            SearchEvent.visit.is_not(None),
            SearchEvent.created_at >= since,
            SearchEvent.created_at < until,
        )
        .order_by(SearchEvent.id)
    )
    for row in rows:
        visit = visits[row.visit]
        visit.searches.append(Search(row.created_at, row.outcome, _number(row.results[0]) if row.results else None))
        visit.language = visit.language or row.reader_language or str(row.language).partition("-")[0]


def _add_feedback(session: Session, visits: Mapping[str, Visit], since: datetime, until: datetime) -> None:
    rows = session.execute(
        select(Feedback.visit, SearchEvent.visit, Feedback.kind, Feedback.document, Feedback.created_at)
        .outerjoin(SearchEvent, SearchEvent.id == Feedback.event_id)
        .where(
            Feedback.created_at >= since,
            Feedback.created_at < until,
            Feedback.kind.in_((*_SAID, FeedbackKind.ASKED_PERSON.value)),
        )
        .order_by(Feedback.id)
    )
    for own, of_search, kind, document, at in rows:
        visit = visits.get(own or of_search or "")
        if visit is None:
            continue
        if kind in _SAID:
            visit.said.append(Said(at, kind == FeedbackKind.ANSWERED.value, _number(document)))
        else:
            visit.contacts.append(at)


def _number(document: str) -> int | None:
    parsed = parse_document(document)
    return parsed[1] if parsed is not None and parsed[0] == "article" else None
