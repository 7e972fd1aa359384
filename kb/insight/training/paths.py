"""Paths: cases in the order in which they are practised, for one topic and level. Trainers curate them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.training.cases import LEVELS
from kb.insight.training.scoring import Rating
from kb.tables import CaseKind, TrainingAttempt, TrainingCase, TrainingPath, TrainingPathCase

LONGEST_TITLE, MOST_CASES = 200, 60


@dataclass(frozen=True)
class PathProgress:
    """best: of each case the best rating so far, None where it was never finished."""

    path: TrainingPath
    best: dict[int, int | None]

    @property
    def cases(self) -> list[TrainingCase]:
        return [step.case for step in self.path.steps if step.case.excluded_at is None]

    @property
    def done(self) -> int:
        """How many went well."""
        return sum((self.best.get(case.id) or 0) >= Rating.GOOD for case in self.cases)

    @property
    def next_case(self) -> TrainingCase | None:
        """The first that did not go well yet; None at the end."""
        return next((case for case in self.cases if (self.best.get(case.id) or 0) < Rating.GOOD), None)


@dataclass(frozen=True)
class CaseFilter:
    """What is left out is no condition. words: in the title."""

    kind: str = ""
    topic: str = ""
    level: int = 0
    language: str = ""
    excluded: bool | None = None
    words: str = ""


def paths_of(session: Session, user_id: int, *, with_hidden: bool = False) -> list[PathProgress]:
    """All paths and how far this person has come. Four statements."""
    statement = select(TrainingPath).order_by(TrainingPath.topic, TrainingPath.level, TrainingPath.title)
    if not with_hidden:
        statement = statement.where(TrainingPath.hidden.is_(False))
    options = selectinload(TrainingPath.steps).selectinload(TrainingPathCase.case)
    paths = session.scalars(statement.options(options)).all()
    best = _best(session, user_id, {step.case_id for path in paths for step in path.steps})
    return [PathProgress(path, {step.case_id: best.get(step.case_id) for step in path.steps}) for path in paths]


def get_path(session: Session, path_id: int) -> TrainingPath:
    """With its cases: three statements. Raises NotFoundError."""
    options = selectinload(TrainingPath.steps).selectinload(TrainingPathCase.case)
    found = session.get(TrainingPath, path_id, options=[options])
    if found is None:
        raise NotFoundError("There is no such path.")
    return found


def save_path(
    session: Session, path: TrainingPath | None, *, title: str, topic: str, level: int, hidden: bool
) -> TrainingPath:
    """Raises InvalidInputError for an empty title or a level that there is not."""
    if not title.strip():
        raise InvalidInputError("A path needs a title.")
    if level not in LEVELS:
        raise InvalidInputError("Levels are 1, 2 and 3.")
    if path is None:
        path = TrainingPath(title="")
        session.add(path)
    path.title, path.topic = title.strip()[:LONGEST_TITLE], topic.strip()[:100]
    path.level, path.hidden = level, hidden
    session.flush()
    return path


def add_to_path(session: Session, path: TrainingPath, case_ids: Sequence[int]) -> int:
    """At the end, each once; returns how many are new. Raises InvalidInputError where it grows too long."""
    there = {step.case_id for step in path.steps}
    known = set(session.scalars(select(TrainingCase.id).where(TrainingCase.id.in_(case_ids[:MOST_CASES]))))
    new = [one for one in dict.fromkeys(case_ids) if one in known and one not in there]
    if len(there) + len(new) > MOST_CASES:
        raise InvalidInputError(
            "A path has at most %(most_cases)s cases.", remedy="Make a second one.", most_cases=MOST_CASES
        )
    last = max((step.position for step in path.steps), default=0)
    for number, case_id in enumerate(new, start=last + 1):
        path.steps.append(TrainingPathCase(case_id=case_id, position=number))
    session.flush()
    return len(new)


def move_in_path(session: Session, path: TrainingPath, case_id: int, *, by: int) -> None:
    """One place up (-1) or down (1); at the ends nothing happens."""
    ids = [step.case_id for step in path.steps]
    if case_id not in ids:
        return
    at = ids.index(case_id)
    to = at + (1 if by > 0 else -1)
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
    places = {one: number for number, one in enumerate(ids, start=1)}
    for step in path.steps:
        step.position = places[step.case_id]
    path.steps.sort(key=lambda step: step.position)
    session.flush()


def remove_from_path(session: Session, path: TrainingPath, case_id: int) -> None:
    path.steps[:] = [step for step in path.steps if step.case_id != case_id]
    session.flush()


def delete_path(session: Session, path: TrainingPath) -> None:
    """Its cases stay."""
    session.delete(path)
    session.flush()


def list_cases(session: Session, wanted: CaseFilter, *, limit: int, offset: int = 0) -> tuple[list[TrainingCase], int]:
    """Newest first, and how many there are. Two statements."""
    conditions = _conditions(wanted)
    count = session.scalar(select(func.count(TrainingCase.id)).where(*conditions)) or 0
    statement = select(TrainingCase).where(*conditions).order_by(TrainingCase.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(statement)), count


def topics_of_cases(session: Session) -> list[str]:
    """One statement."""
    statement = select(TrainingCase.topic).where(TrainingCase.topic != "").distinct().order_by(TrainingCase.topic)
    return list(session.scalars(statement))


def calm_cases(session: Session, user_id: int) -> list[tuple[TrainingCase, int | None]]:
    """The frustrated customers, with the best rating of this person. Two statements."""
    statement = (
        select(TrainingCase)
        .where(TrainingCase.kind == CaseKind.CALM.value, TrainingCase.excluded_at.is_(None))
        .order_by(TrainingCase.language, TrainingCase.level, TrainingCase.id)
    )
    cases = session.scalars(statement).all()
    best = _best(session, user_id, {case.id for case in cases})
    return [(case, best.get(case.id)) for case in cases]


def another_case(session: Session, user_id: int) -> TrainingCase | None:
    """A replay that this person has never begun, the easiest first. One statement."""
    begun = select(TrainingAttempt.id).where(
        TrainingAttempt.case_id == TrainingCase.id, TrainingAttempt.user_id == user_id
    )
    statement = (
        select(TrainingCase)
        .where(TrainingCase.kind == CaseKind.REPLAY.value, TrainingCase.excluded_at.is_(None), ~begun.exists())
        .order_by(TrainingCase.level, TrainingCase.id)
        .limit(1)
    )
    return session.scalar(statement)


def _best(session: Session, user_id: int, case_ids: set[int]) -> dict[int, int | None]:
    if not case_ids:
        return {}
    statement = (
        select(TrainingAttempt.case_id, func.max(TrainingAttempt.rating))
        .where(TrainingAttempt.user_id == user_id, TrainingAttempt.case_id.in_(case_ids))
        .group_by(TrainingAttempt.case_id)
    )
    return dict(session.execute(statement).all())


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind:
        found.append(TrainingCase.kind == wanted.kind)
    if wanted.topic:
        found.append(TrainingCase.topic == wanted.topic)
    if wanted.level:
        found.append(TrainingCase.level == wanted.level)
    if wanted.language:
        found.append(TrainingCase.language == wanted.language)
    if wanted.excluded is not None:
        is_out = TrainingCase.excluded_at.is_not(None)
        found.append(is_out if wanted.excluded else ~is_out)
    for word in wanted.words.split()[:6]:
        found.append(
            or_(
                TrainingCase.title.icontains(word, autoescape=True), TrainingCase.reply.icontains(word, autoescape=True)
            )
        )
    return found
