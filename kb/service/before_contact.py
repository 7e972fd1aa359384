"""What a customer did in the help centre before they came: searched, read, voted. By the visits that are known to be theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Article, Feedback, FeedbackKind, SearchEvent
from kb.tables.feedback import parse_document

MOST_SHOWN = 20
# From so many people on a question is one that many ask, as on the home page of the help centre.
LEAST_PEOPLE = 3
_VOTES = {FeedbackKind.ANSWERED.value: True, FeedbackKind.NOT_ANSWERED.value: False}


@dataclass(frozen=True)
class ReadArticle:
    """helped: what they said of it, None where they said nothing."""

    id: int
    title: str
    language: str
    helped: bool | None = None


@dataclass(frozen=True)
class Tried:
    """One search, or an article that was opened without one (then query is "")."""

    query: str
    language: str
    outcome: str
    at: datetime
    read: Sequence[ReadArticle]
    asked_person: bool = False

    @property
    def failed(self) -> bool:
        """Whether it left them without an answer."""
        votes = [article.helped for article in self.read if article.helped is not None]
        if votes:
            return not any(votes)
        return self.asked_person or self.outcome == "none" or (self.outcome == "unsure" and not self.read)


def tried_before(
    session: Session,
    visits: Collection[str],
    *,
    limit: int = MOST_SHOWN,
    with_titles: bool = True,
    with_opened: bool = True,
) -> list[Tried]:
    """The newest first. One statement, one more for titles of articles, and one for those opened without a search."""
    wanted = [visit for visit in visits if visit]
    if not wanted:
        return []
    events, by_event = _searches(session, wanted, limit)
    alone = _without_search(session, wanted, limit) if with_opened else []
    everything = [*alone, *(one for some in by_event.values() for one in some)]
    articles = _articles(session, everything, with_titles)
    tried = [
        Tried(
            event.query,
            event.language,
            event.outcome,
            event.created_at,
            _read(by_event.get(event.id, ()), articles),
            any(one.kind == FeedbackKind.ASKED_PERSON.value for one in by_event.get(event.id, ())),
        )
        for event in events
    ]
    tried += [Tried("", "", "", one.created_at, read) for one in alone if (read := _read([one], articles))]
    return sorted(tried, key=lambda one: one.at, reverse=True)[:limit]


def _searches(
    session: Session, visits: Sequence[str], limit: int
) -> tuple[list[SearchEvent], dict[int, list[Feedback]]]:
    """The newest searches of these visits, and what was done with the results of each. One statement."""
    newest = (
        select(SearchEvent.id)
        .where(SearchEvent.visit.in_(visits))
        .order_by(SearchEvent.id.desc())
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(SearchEvent, Feedback)
        .join(newest, newest.c.id == SearchEvent.id)
        .outerjoin(Feedback, Feedback.event_id == SearchEvent.id)
        .order_by(SearchEvent.id.desc(), Feedback.id)
    ).all()
    by_event: dict[int, list[Feedback]] = {}
    for event, feedback in rows:
        by_event.setdefault(event.id, [])
        if feedback is not None:
            by_event[event.id].append(feedback)
    return list({event.id: event for event, _feedback in rows}.values()), by_event


def _without_search(session: Session, visits: Sequence[str], limit: int) -> Sequence[Feedback]:
    """What was done with articles that were opened directly."""
    return session.scalars(
        select(Feedback)
        .where(Feedback.visit.in_(visits), Feedback.event_id.is_(None), Feedback.document != "")
        .order_by(Feedback.id.desc())
        .limit(limit)
    ).all()


def _articles(session: Session, feedback: Sequence[Feedback], with_titles: bool) -> dict[int, ReadArticle]:
    wanted = {number for one in feedback for number in _article(one)}
    if not wanted or not with_titles:
        return {number: ReadArticle(number, "", "") for number in wanted}
    rows = session.execute(select(Article.id, Article.title, Article.language).where(Article.id.in_(wanted)))
    return {row.id: ReadArticle(row.id, row.title, row.language) for row in rows}


def _article(feedback: Feedback) -> list[int]:
    document = parse_document(feedback.document)
    return [document[1]] if document is not None and document[0] == "article" else []


def _read(feedback: Sequence[Feedback], articles: dict[int, ReadArticle]) -> list[ReadArticle]:
    votes: dict[int, bool | None] = {}
    for one in feedback:
        for number in _article(one):
            if number in articles and one.kind != FeedbackKind.COPIED.value:
                votes[number] = _VOTES.get(one.kind, votes.get(number))
    return [ReadArticle(n, articles[n].title, articles[n].language, helped) for n, helped in votes.items()]


def asked_most(
    session: Session, language: str, *, since: datetime, least: int = LEAST_PEOPLE, limit: int = 3
) -> list[str]:
    """What customers have searched for most since then, in the customer's language where there is such. One statement.

    Searches of no visit, such as those of one program again and again, are as one person's.
    """
    newest = (
        select(SearchEvent.query, SearchEvent.language, SearchEvent.visit)
        .where(
            SearchEvent.audience == "customer",
            SearchEvent.created_at >= since,
            SearchEvent.place.in_(("help", "widget", "api")),
        )
        .order_by(SearchEvent.id.desc())
        .limit(3_000)
    )
    people: dict[str, set[str]] = {}
    words: dict[str, tuple[str, str]] = {}
    for query, of_language, visit in session.execute(newest):
        key = " ".join(query.lower().split())
        people.setdefault(key, set()).add(visit or "")
        words.setdefault(key, (query, of_language))
    base = language.partition("-")[0]
    ranked = sorted(
        (key for key, who in people.items() if len(who) >= least),
        key=lambda key: (words[key][1].partition("-")[0] != base if base else False, -len(people[key]), key),
    )
    return [words[key][0] for key in ranked[:limit]]
