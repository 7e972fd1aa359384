"""Flows as trainers edit them: every version is kept, the newest of a name holds, and goes before a file of that name."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from kb.articles.flow_files import FlowFolder, flow_files, flow_text, load_flows
from kb.articles.flows import LONGEST_NAME, Flow, parse_flow
from kb.articles.text import ArticleError
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError, Rejection
from kb.tables import FlowRevision, utc_now
from kb.text.cleaning import clean_text

MOST_HISTORY = 50
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class StoredFlow:
    """A flow as it is edited. revision: the last one's id, 0 for a file that nobody has changed; problems: why it cannot be used;
    flow: None then."""

    name: str
    text: str
    revision: int
    flow: Flow | None
    problems: tuple[Rejection, ...] = ()


def flows_in_use(session: Session, folder: Path, *, fact_kinds: Collection[str]) -> FlowFolder:
    """What trainers wrote, and the files of `folder` that they left as they are. One statement."""
    files = load_flows(folder, fact_kinds=fact_kinds)
    rows = session.execute(_newest()).all()
    if not rows:
        return files
    flows = dict(files.flows)
    written = {row.name for row in rows}
    problems = [problem for problem in files.problems if Path(problem.path).stem not in written]
    for row in rows:
        flows.pop(row.name, None)
        if not row.is_deleted:
            flow, rejections = _parsed(row.text, row.name, frozenset(fact_kinds))
            problems.extend(rejections)
            if flow is not None:
                flows[row.name] = flow
    return FlowFolder(dict(sorted(flows.items())), tuple(problems))


def read_flow(text: str, name: str, *, fact_kinds: Collection[str]) -> tuple[Flow | None, tuple[Rejection, ...]]:
    """The flow that a text is, or every reason why it is none. Never raises."""
    return _parsed(text, name, frozenset(fact_kinds))


def list_flows(session: Session, folder: Path, *, fact_kinds: Collection[str]) -> list[StoredFlow]:
    """All that there are, also those with faults, by name. One statement."""
    texts = {name: (flow_text(path), 0) for name, path in flow_files(folder).items()}
    for number, name, text, is_deleted in session.execute(_newest()):
        texts[name] = (text, number)
        if is_deleted:
            del texts[name]
    return [_stored(name, *texts[name], fact_kinds) for name in sorted(texts)]


def find_flow(session: Session, folder: Path, name: str, *, fact_kinds: Collection[str]) -> StoredFlow:
    """As it is now; a deleted one with its last text. Raises NotFoundError."""
    row = session.execute(_newest().where(FlowRevision.name == name)).first()
    if row is not None:
        return _stored(name, row.text, row.id, fact_kinds)
    files = flow_files(folder)
    if name not in files:
        raise NotFoundError("There is no flow %(name)r.", name=name)
    return _stored(name, flow_text(files[name]), 0, fact_kinds)


def flow_history(session: Session, name: str) -> Sequence[FlowRevision]:
    """The newest first, with who made them. One statement."""
    return session.scalars(
        select(FlowRevision)
        .where(FlowRevision.name == name)
        .options(joinedload(FlowRevision.changed_by))
        .order_by(FlowRevision.id.desc())
        .limit(MOST_HISTORY)
    ).all()


def save_flow(
    session: Session, name: str, text: str, user_id: int | None, *, seen: int, fact_kinds: Collection[str]
) -> FlowRevision:
    """A new version of a flow. seen: the revision that the writer saw, 0 for none.

    Raises ArticleError with every fault of the text, InvalidInputError for a name that cannot be one, ConflictError where a
    colleague has changed it meanwhile.
    """
    check_name(name)
    _expect(session, name, seen)
    parse_flow(text, name, name, fact_kinds=fact_kinds)
    return _add(session, FlowRevision(name=name, text=clean_text(text), changed_by_id=user_id))


def delete_flow(session: Session, name: str, text: str, user_id: int | None, *, seen: int) -> None:
    """It is not used any more; its versions stay. Raises ConflictError."""
    _expect(session, name, seen)
    _add(session, FlowRevision(name=name, text=text, is_deleted=True, changed_by_id=user_id))


def restore_flow(session: Session, name: str, revision: int, user_id: int | None) -> FlowRevision:
    """An earlier version holds again, as a new one. Raises NotFoundError."""
    row = session.scalars(select(FlowRevision).where(FlowRevision.id == revision, FlowRevision.name == name)).first()
    if row is None:
        raise NotFoundError("There is no such version of this flow.")
    return _add(session, FlowRevision(name=name, text=row.text, changed_by_id=user_id))


def check_name(name: str) -> None:
    """Raises InvalidInputError for what is no name of a flow."""
    if len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
        raise InvalidInputError(
            "%(name)r is no name for a flow.",
            remedy="Small letters, digits and hyphens, 60 at most: refund-by-payment",
            name=name[:80],
        )


def _expect(session: Session, name: str, seen: int) -> None:
    last = session.scalar(select(func.max(FlowRevision.id)).where(FlowRevision.name == name)) or 0
    if last != seen:
        raise ConflictError("A colleague has changed this flow meanwhile.", remedy="Look at what they wrote first.")


def _add(session: Session, revision: FlowRevision) -> FlowRevision:
    revision.changed_at = utc_now()
    session.add(revision)
    session.flush()
    return revision


def _newest() -> Select[int, str, str, bool]:
    newest = select(func.max(FlowRevision.id)).group_by(FlowRevision.name)
    return (
        select(FlowRevision.id, FlowRevision.name, FlowRevision.text, FlowRevision.is_deleted)
        .where(FlowRevision.id.in_(newest))
        .order_by(FlowRevision.name)
    )


def _stored(name: str, text: str, revision: int, fact_kinds: Collection[str]) -> StoredFlow:
    flow, problems = _parsed(text, name, frozenset(fact_kinds))
    return StoredFlow(name, text, revision, flow, problems)


@lru_cache(maxsize=200)
def _parsed(text: str, name: str, fact_kinds: frozenset[str]) -> tuple[Flow | None, tuple[Rejection, ...]]:
    try:
        return parse_flow(text, name, name, fact_kinds=fact_kinds), ()
    except ArticleError as error:
        return None, tuple(error.rejections)
