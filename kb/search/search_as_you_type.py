"""Searches made while somebody is still typing: only what they came to rest on counts as a search."""

from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kb.tables import Feedback, NewsWish, SearchEvent

# Who pauses longer than this has read the results of what they typed: it was a search.
PAUSE = timedelta(seconds=8)


def drop_partial_queries(session: Session, public_id: str, *, whatever_it_says: bool = False) -> int:
    """Delete the searches that the search `public_id` is a continuation of; returns how many.

    "ref", "refun" and "refund late", typed in one go, are one search. A search is superseded by a later one of the same
    visit (or person) and place when it was made within `PAUSE`, nothing was done with its results, and one query begins
    with the other. Without this, half-typed words would look like questions that nothing answers.
    `whatever_it_says`: the queries need not be alike; the question of a conversation changes with each line that is typed.
    """
    last = session.scalars(select(SearchEvent).where(SearchEvent.public_id == public_id)).first()
    if last is None or (last.visit is None and last.user_id is None):
        return 0
    same = SearchEvent.visit == last.visit if last.visit is not None else SearchEvent.user_id == last.user_id
    earlier = session.execute(
        select(SearchEvent.id, SearchEvent.query)
        .where(
            same,
            SearchEvent.place == last.place,
            SearchEvent.id < last.id,
            SearchEvent.created_at >= last.created_at - PAUSE,
        )
        .where(~exists().where(Feedback.event_id == SearchEvent.id))
        .where(~exists().where(NewsWish.event_id == SearchEvent.id))  # somebody waits for its answer
    ).all()
    superseded = [row.id for row in earlier if whatever_it_says or continues_query(row.query, last.query)]
    if superseded:
        session.execute(delete(SearchEvent).where(SearchEvent.id.in_(superseded)))
    return len(superseded)


def continues_query(one: str, other: str) -> bool:
    """Whether one of the two is the other, typed on or partly taken back."""
    one, other = one.casefold().strip(), other.casefold().strip()
    return one.startswith(other) or other.startswith(one)
