"""Searches of which people have shown whether they were answered: by a vote, by copying a result for a customer, by asking for a
person afterwards. What they did by clicking alone shows nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Article, Feedback, FeedbackKind, SearchEvent
from kb.tables.feedback import parse_document

WINDOW = timedelta(days=180)
# A vote of this moment may still be taken back, a search may still be typed on.
SETTLING = timedelta(minutes=1)
# Votes that are looked at, the newest.
MOST_VOTES = 10_000
# Searches of one person that count: of a visitor in all, of somebody who has logged in on one day.
MOST_OF_A_VISIT, MOST_OF_A_COLLEAGUE = 3, 10

_HELPED = (FeedbackKind.ANSWERED.value, FeedbackKind.COPIED.value)
_TELLING = (*_HELPED, FeedbackKind.NOT_ANSWERED.value, FeedbackKind.ASKED_PERSON.value)

# An article in all its languages, or a ticket: ("article", its translation key) or ("ticket", its id).
DocumentGroup = tuple[str, str]


@dataclass(frozen=True)
class JudgedSearch:
    """person: who searched, as far as that is known; colleague: whether they had logged in; first: what was shown first, None
    where nothing was; helped, failed: what they said of which documents; asked_person: they asked for a person afterwards;
    articles: the numbers of the articles that helped; vote: the number of the newest thing that they did."""

    event_id: int
    at: datetime
    person: str
    colleague: bool
    place: str
    audience: str
    query: str
    language: str
    outcome: str
    confidence: float
    first: DocumentGroup | None
    helped: frozenset[DocumentGroup]
    failed: frozenset[DocumentGroup]
    asked_person: bool
    articles: frozenset[int]
    vote: int

    @property
    def first_was_right(self) -> bool | None:
        """Whether the first result answered; None where nobody has shown it."""
        return None if self.first is None else self.is_right(self.first)

    def is_right(self, document: DocumentGroup) -> bool | None:
        """The same for any document that is first now."""
        helped, failed = document in self.helped, document in self.failed
        if helped:
            return None if failed or self.asked_person else True
        if failed or self.helped:
            return False  # something else helped
        return False if self.asked_person and document == self.first else None


def judged_searches(
    session: Session, *, since: timedelta = WINDOW, now: datetime | None = None, after: int = 0
) -> list[JudgedSearch]:
    """The judged searches of that time, the newest first; two statements. Of one person only a few count, see the bounds above.

    after: only where somebody did something newer than the feedback with this number.
    """
    now = now or utc_now()
    acts = _acts(session, now - since, now - SETTLING)
    documents = {
        parsed for row in acts for text in (row.document, *row.results[:1]) if (parsed := parse_document(text))
    }
    groups = _groups(session, documents)
    searches: dict[int, list[tuple[str, str, int]]] = {}
    events = {}
    for row in acts:
        events[row.id] = row
        searches.setdefault(row.id, []).append((row.kind, row.document, row.feedback_id))
    taken: dict[tuple[str, str], int] = {}
    found = []
    for number, acts_of in searches.items():
        one = _judge(events[number], acts_of, groups)
        if one.vote <= after:
            continue
        bound = MOST_OF_A_COLLEAGUE if one.colleague else MOST_OF_A_VISIT
        key = one.person, one.at.date().isoformat() if one.colleague else ""
        taken[key] = taken.get(key, 0) + 1
        if taken[key] <= bound:
            found.append(one)
    return found


def last_vote(session: Session, *, now: datetime | None = None) -> int:
    """The number of the newest vote (copy, request for a person) that has settled; 0 without any. One statement."""
    before = (now or utc_now()) - SETTLING
    statement = (
        select(Feedback.id)
        .where(Feedback.kind.in_(_TELLING), Feedback.event_id.is_not(None), Feedback.created_at < before)
        .order_by(Feedback.id.desc())
        .limit(1)
    )
    return session.scalar(statement) or 0


def _acts(session: Session, since: datetime, until: datetime) -> Sequence[Any]:
    """What was done with searches: a row for each act."""
    return session.execute(
        select(
            SearchEvent.id,
            SearchEvent.created_at,
            SearchEvent.place,
            SearchEvent.audience,
            SearchEvent.visit,
            SearchEvent.user_id,
            SearchEvent.query,
            SearchEvent.language,
            SearchEvent.outcome,
            SearchEvent.confidence,
            SearchEvent.results,
            Feedback.id.label("feedback_id"),
            Feedback.kind,
            Feedback.document,
        )
        .join(Feedback, Feedback.event_id == SearchEvent.id)
        .where(
            SearchEvent.created_at >= since,
            SearchEvent.created_at < until,
            Feedback.created_at < until,
            Feedback.kind.in_(_TELLING),
            # Whoever is neither in a visit nor logged in may be anybody, any number of times.
            or_(SearchEvent.visit.is_not(None), SearchEvent.user_id.is_not(None)),
        )
        .order_by(SearchEvent.created_at.desc(), SearchEvent.id.desc(), Feedback.id)
        .limit(MOST_VOTES)
    ).all()


def _groups(session: Session, documents: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], DocumentGroup]:
    """Articles that are gone have none."""
    found: dict[tuple[str, int], DocumentGroup] = {}
    articles = set()
    for kind, number in documents:
        if kind == "article":
            articles.add(number)
        else:
            found[kind, number] = (kind, str(number))
    if articles:
        # All of them: a list of many ids would be longer than a statement may be.
        keys = select(Article.id, Article.translation_key)
        keys = keys.where(Article.id.in_(articles)) if len(articles) <= 500 else keys
        found |= {("article", number): ("article", key) for number, key in session.execute(keys) if number in articles}
    return found


def _judge(
    event: Any, acts: Sequence[tuple[str, str, int]], groups: Mapping[tuple[str, int], DocumentGroup]
) -> JudgedSearch:
    """acts: kind, document and number of what was done with the search."""

    def group_of(text: str) -> DocumentGroup | None:
        parsed = parse_document(text)
        return None if parsed is None else groups.get(parsed)

    first = group_of(event.results[0]) if event.results else None
    helped: set[DocumentGroup] = set()
    failed: set[DocumentGroup] = set()
    articles: set[int] = set()
    for kind, document, _ in acts:
        group = group_of(document) if document else first  # "" is the search as a whole
        if group is None or kind == FeedbackKind.ASKED_PERSON:
            continue
        if kind in _HELPED:
            helped.add(group)
            parsed = parse_document(document)
            if parsed is not None and parsed[0] == "article":
                articles.add(parsed[1])
        else:
            failed.add(group)
    helped -= failed  # copied, and then it did not help
    return JudgedSearch(
        event_id=event.id,
        at=event.created_at,
        person=f"user {event.user_id}" if event.user_id is not None else f"visit {event.visit}",
        colleague=event.user_id is not None,
        place=event.place,
        audience=event.audience,
        query=event.query,
        language=event.language,
        outcome=event.outcome,
        confidence=event.confidence,
        first=first,
        helped=frozenset(helped),
        failed=frozenset(failed),
        asked_person=any(kind == FeedbackKind.ASKED_PERSON for kind, *_ in acts),
        articles=frozenset(articles),
        vote=max(number for *_, number in acts),
    )
