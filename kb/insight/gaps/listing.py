"""Gaps as they are shown: how many asked, in which languages, when last, in which words. Everything is counted in SQL."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer

from kb.core.errors import NotFoundError
from kb.insight.gaps.costs import COUNTED
from kb.tables import Gap, GapState, Miss, SearchEvent, User

EXAMPLES = 3
OPEN_STATES = (GapState.OPEN, GapState.IN_PROGRESS)
# Ids in one statement.
_BLOCK = 500
NOBODY = 0
# Words that are looked for; what comes after them is passed over.
_MOST_WORDS = 8


@dataclass(frozen=True)
class GapFilter:
    """Which gaps of a list are wanted; what is left out is no condition. assigned_to: a person's number, or NOBODY; words: each
    must be in the title or in one of the questions."""

    language: str | None = None
    assigned_to: int | None = None
    reason: str | None = None
    words: str = ""


_ALL = GapFilter()


@dataclass(frozen=True)
class GapSummary:
    """One line of the gap list. languages: tag -> number of misses; reason, evidence: of one that is to be filled; examples:
    different wordings, newest first; costs: see `kb.insight.gaps.costs.COUNTED`."""

    id: int
    label: str
    state: str
    count: int
    languages: dict[str, int]
    causes: dict[str, int]
    reason: str | None
    evidence: list[dict[str, Any]]
    examples: list[str]
    last_seen: datetime
    cost: float
    costs: dict[str, int]
    assigned_to_id: int | None
    assigned_to: str  # their name, else their address; "" for nobody
    due_on: date | None
    closed_at: datetime | None = field(default=None)

    @property
    def trend(self) -> int:
        """Misses of the last week more (or fewer) than in the one before."""
        return self.costs["last_week"] - self.costs["week_before"]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "state": self.state,
            "count": self.count,
            "languages": self.languages,
            "causes": self.causes,
            "reason": self.reason,
            "evidence": self.evidence,
            "examples": self.examples,
            "last_seen": self.last_seen.isoformat(),
            "cost": self.cost,
            "costs": self.costs,
        }


def list_gaps(
    session: Session,
    *,
    states: Sequence[GapState] = OPEN_STATES,
    language: str | None = None,
    wanted: GapFilter = _ALL,
    limit: int | None = None,
    offset: int = 0,
) -> list[GapSummary]:
    """Gaps in these states, what costs most first, then the most asked; with `language` only those that were asked in it.

    Three statements, and two more for every 500 gaps beyond the first.
    """
    counted = _counted()
    statement = (
        _listed(counted)
        .where(*_chosen(states, language, wanted))
        .order_by(Gap.cost.desc(), counted.c.count.desc(), counted.c.last_seen.desc(), Gap.id)
        .limit(limit)
        .offset(offset)
    )
    return _summaries(session, session.execute(statement).all())


def board_of_gaps(
    session: Session, *, wanted: GapFilter = _ALL, most: int
) -> tuple[dict[GapState, list[GapSummary]], dict[GapState, int]]:
    """For each state the gaps that cost most, `most` at the most, and how many there are. Five statements."""
    place = func.row_number().over(partition_by=Gap.state, order_by=(Gap.cost.desc(), Gap.id))
    is_asked = select(Miss.id).where(Miss.gap_id == Gap.id).exists()
    conditions = (is_asked, *_chosen(tuple(GapState), None, wanted))
    placed = select(Gap.id, place.label("place")).where(*conditions).subquery()
    ids = list(session.scalars(select(placed.c.id).where(placed.c.place <= most)))
    counted = _counted(ids)
    rows = session.execute(_listed(counted).order_by(Gap.cost.desc(), counted.c.count.desc(), Gap.id)).all()
    columns: dict[GapState, list[GapSummary]] = {state: [] for state in GapState}
    for summary in _summaries(session, rows):
        columns[GapState(summary.state)].append(summary)
    counts = dict.fromkeys(GapState, 0)
    for state, count in session.execute(select(Gap.state, func.count(Gap.id)).where(*conditions).group_by(Gap.state)):
        counts[GapState(state)] = count
    return columns, counts


def _counted(ids: Sequence[int] | None = None) -> Any:
    """How many misses each gap (of `ids`) has, and when it was last asked."""
    statement = select(Miss.gap_id, func.count(Miss.id).label("count"), func.max(Miss.created_at).label("last_seen"))
    if ids is not None:
        statement = statement.where(Miss.gap_id.in_(ids))
    return statement.group_by(Miss.gap_id).subquery()


def _listed(counted: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(Gap, counted.c.count, counted.c.last_seen, User.name, User.email)
        .join(counted, counted.c.gap_id == Gap.id)
        .outerjoin(User, User.id == Gap.assigned_to_id)
        .options(defer(Gap.centroid))
    )


def _summaries(session: Session, rows: Sequence[Any]) -> list[GapSummary]:
    ids = [row.Gap.id for row in rows]
    languages, causes = _count_by_language_and_cause(session, ids)
    examples = _examples(session, ids)
    return [
        GapSummary(
            id=gap.id,
            label=gap.label,
            state=gap.state,
            count=count,
            languages=dict(languages[gap.id].most_common()),
            causes=dict(causes[gap.id].most_common()),
            reason=gap.reason if is_to_do(gap) else None,
            evidence=gap.evidence if is_to_do(gap) else [],
            examples=examples[gap.id],
            last_seen=last_seen,
            cost=gap.cost,
            costs={name: getattr(gap, name) for name in COUNTED},
            assigned_to_id=gap.assigned_to_id,
            assigned_to=name or email or "",
            due_on=gap.due_on,
            closed_at=gap.closed_at,
        )
        for gap, count, last_seen, name, email in rows
    ]


def count_gaps(
    session: Session,
    *,
    states: Sequence[GapState] = OPEN_STATES,
    language: str | None = None,
    wanted: GapFilter = _ALL,
) -> tuple[int, list[str]]:
    """How many gaps there are in these states (asked in `language`), and the languages that any of these states has."""
    is_asked = select(Miss.id).where(Miss.gap_id == Gap.id).exists()
    chosen = _chosen(states, language, wanted)
    count = session.scalar(select(func.count(Gap.id)).where(is_asked, *chosen)) or 0
    tags = select(Miss.language).join(Gap, Gap.id == Miss.gap_id).where(*_chosen(states, None, _ALL)).distinct()
    return count, sorted(session.scalars(tags))


def get_gap(session: Session, gap_id: int) -> Gap:
    """Raises NotFoundError."""
    gap = session.get(Gap, gap_id)
    if gap is None:
        raise NotFoundError("There is no gap %(gap_id)s.", remedy="The list is shown by: kb gaps", gap_id=str(gap_id))
    return gap


def is_to_do(gap: Gap) -> bool:
    """Whether somebody is to fill it. What its reason stands on was true then: it is looked at again only for these."""
    return gap.state in {state.value for state in OPEN_STATES}


def misses_of(
    session: Session, gap_id: int, *, limit: int | None = None, offset: int = 0
) -> tuple[Gap, list[Miss], int]:
    """A gap, its misses, newest first, each with its event, and how many there are of them. Raises NotFoundError.

    Three statements.
    """
    gap = get_gap(session, gap_id)
    misses = session.scalars(
        select(Miss)
        .join(Miss.event)
        .where(Miss.gap_id == gap_id)
        .order_by(Miss.created_at.desc(), Miss.id.desc())
        .limit(limit)
        .offset(offset)
        .options(contains_eager(Miss.event))
    ).all()
    count = session.scalar(select(func.count(Miss.id)).where(Miss.gap_id == gap_id)) or 0
    return gap, list(misses), count


def _chosen(states: Sequence[GapState], language: str | None, wanted: GapFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Gap.state.in_([state.value for state in states])]
    for tag in (language, wanted.language):
        if tag is not None:
            conditions.append(Gap.id.in_(select(Miss.gap_id).where(Miss.language == tag)))
    if wanted.assigned_to is not None:
        who = None if wanted.assigned_to == NOBODY else wanted.assigned_to
        conditions.append(Gap.assigned_to_id.is_(None) if who is None else Gap.assigned_to_id == who)
    if wanted.reason is not None:
        conditions.append(Gap.reason == wanted.reason)
    for word in wanted.words.split()[:_MOST_WORDS]:
        asked = select(Miss.gap_id).join(SearchEvent, SearchEvent.id == Miss.event_id)
        is_in_question = Gap.id.in_(asked.where(SearchEvent.query.icontains(word, autoescape=True)))
        conditions.append(or_(Gap.label.icontains(word, autoescape=True), is_in_question))
    return conditions


def _count_by_language_and_cause(
    session: Session, ids: Sequence[int]
) -> tuple[dict[int, Counter[str]], dict[int, Counter[str]]]:
    languages: dict[int, Counter[str]] = defaultdict(Counter)
    causes: dict[int, Counter[str]] = defaultdict(Counter)
    for start in range(0, len(ids), _BLOCK):
        rows = session.execute(
            select(Miss.gap_id, Miss.language, Miss.cause, func.count(Miss.id))
            .where(Miss.gap_id.in_(ids[start : start + _BLOCK]))
            .group_by(Miss.gap_id, Miss.language, Miss.cause)
            .order_by(Miss.gap_id, func.max(Miss.created_at).desc())
        )
        for gap_id, language, cause, count in rows:
            languages[gap_id][language] += count
            causes[gap_id][cause] += count
    return languages, causes


def _examples(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Per gap other wordings than its label, the last asked first."""
    examples: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _BLOCK):
        last = func.max(Miss.created_at)
        place = func.row_number().over(partition_by=Miss.gap_id, order_by=(last.desc(), func.max(Miss.id).desc()))
        wordings = (
            select(Miss.gap_id, SearchEvent.query, place.label("place"))
            .join(SearchEvent, SearchEvent.id == Miss.event_id)
            .join(Gap, Gap.id == Miss.gap_id)
            .where(Miss.gap_id.in_(ids[start : start + _BLOCK]), SearchEvent.query != Gap.label)
            .group_by(Miss.gap_id, SearchEvent.query)
            .subquery()
        )
        rows = session.execute(
            select(wordings.c.gap_id, wordings.c.query)
            .where(wordings.c.place <= EXAMPLES)
            .order_by(wordings.c.gap_id, wordings.c.place)
        )
        for gap_id, query in rows:
            examples[gap_id].append(query)
    return examples
