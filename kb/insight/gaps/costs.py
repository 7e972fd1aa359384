"""What a gap costs: how many people it sent away, and how much worse that was for some of them.

A job counts it, so that a hundred thousand misses can be ranked without being read.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, union, update
from sqlalchemy.orm import Session

from kb.tables import Conversation, Feedback, FeedbackKind, Gap, Miss, SearchEvent, utc_now
from kb.tables.search import TRAINING

COUNTED = ("askers", "repeats", "contacts", "frustrated", "last_week", "week_before")
WEEK = timedelta(days=7)
# In people who asked and found nothing: somebody who then took a rep's time, or was frustrated on top of it, or asked once more.
CONTACT, FRUSTRATED, REPEAT = 2.0, 2.0, 0.5
# Each miss more than in the week before; a gap that fades is no cheaper for that.
RISING = 0.5


def cost_of(counts: Mapping[str, int]) -> float:
    """`counts` has a number for each of `COUNTED`."""
    rising = max(0, counts["last_week"] - counts["week_before"])
    worse = CONTACT * counts["contacts"] + FRUSTRATED * counts["frustrated"] + REPEAT * counts["repeats"]
    return counts["askers"] + worse + RISING * rising


def count_costs(session: Session, *, now: datetime | None = None) -> int:
    """Count anew what each gap costs; returns for how many that changed. Five statements."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for statement in (_asked(now or utc_now()), _turned_to_a_person(), _frustrated()):
        for row in session.execute(statement).mappings():
            counts[row["gap_id"]].update({name: int(row[name]) for name in row if name != "gap_id"})
    changed: list[dict[str, Any]] = []
    for gap_id, *before in session.execute(select(Gap.id, *(getattr(Gap, name) for name in COUNTED))):
        found = counts[gap_id]
        if before != [found[name] for name in COUNTED]:
            changed.append({"id": gap_id, **found, "cost": cost_of(found)})
    if changed:
        session.execute(update(Gap), changed)
    return len(changed)


def _asker() -> ColumnElement[str]:
    """Who asked, without knowing who: a rep by name, a customer by the visit; where there is neither, each search is somebody."""
    rep = literal("rep ") + cast(SearchEvent.user_id, String)
    return func.coalesce(rep, SearchEvent.visit, cast(SearchEvent.id, String))


def _asked(now: datetime) -> Select[*tuple[Any, ...]]:
    people = func.count(func.distinct(_asker()))
    is_of_last_week = Miss.created_at > now - WEEK
    is_of_week_before = (Miss.created_at > now - 2 * WEEK) & (Miss.created_at <= now - WEEK)
    return (
        select(
            Miss.gap_id,
            people.label("askers"),
            (func.count(Miss.id) - people).label("repeats"),
            func.sum(case((is_of_last_week, 1), else_=0)).label("last_week"),
            func.sum(case((is_of_week_before, 1), else_=0)).label("week_before"),
        )
        .join(SearchEvent, SearchEvent.id == Miss.event_id)
        # Nobody was sent away by an exercise.
        .where(SearchEvent.place != TRAINING)
        .group_by(Miss.gap_id)
    )


def _turned_to_a_person() -> Select[*tuple[Any, ...]]:
    """Visits that asked for a person with the search, or opened a conversation after it."""
    asked = (
        select(Miss.gap_id, _asker().label("asker"))
        .join(SearchEvent, SearchEvent.id == Miss.event_id)
        .join(Feedback, Feedback.event_id == SearchEvent.id)
        .where(Feedback.kind == FeedbackKind.ASKED_PERSON.value)
    )
    wrote = _conversations_after_it(Miss.gap_id, _asker().label("asker"))
    both = union(asked, wrote).subquery()
    return select(both.c.gap_id, func.count().label("contacts")).group_by(both.c.gap_id)


def _frustrated() -> Select[*tuple[Any, ...]]:
    count = func.count(func.distinct(Conversation.id)).label("frustrated")
    return _conversations_after_it(Miss.gap_id, count).where(Conversation.frustration > 0).group_by(Miss.gap_id)


def _conversations_after_it(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(SearchEvent, SearchEvent.id == Miss.event_id)
        .join(Conversation, Conversation.visit == SearchEvent.visit)
        .where(Conversation.created_at >= SearchEvent.created_at)
    )
