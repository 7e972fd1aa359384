"""What use says of documents: how often each solved a conversation, counted by a job, stored, and the same in every process."""

import math
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb.search.encoding import Ids, Vectors
from kb.tables import Passage, SolvedGroup, UsedDocument, UsedState
from kb.tables.feedback import parse_document

# A document that solved many conversations comes before one that is as likely; neighbours in a ranking are about .01 apart.
SOLVED_WEIGHT = 0.0015
_MOST = 100  # times; more say nothing more
_BLOCK = 500


class SolvedCounts:
    """counts: by document group, see Passage."""

    def __init__(self, counts: Mapping[int, int]) -> None:
        self.counts = dict(counts)
        self._groups = np.array(sorted(self.counts), np.int64)
        worth = [SOLVED_WEIGHT * math.log1p(min(self.counts[group], _MOST)) for group in self._groups.tolist()]
        self._worth = np.array(worth, np.float32)

    def bonus(self, groups: Ids) -> Vectors:
        """What is added to the scores of candidates of these documents, shape of `groups`."""
        if not len(self._groups):
            return np.zeros(len(groups), np.float32)
        places = np.minimum(self._groups.searchsorted(groups), len(self._groups) - 1)
        return np.where(self._groups[places] == groups, self._worth[places], np.float32(0))


NOTHING_SOLVED = SolvedCounts({})


class SolvedSource(Protocol):
    """Something that gives the counts that are used now."""

    def current(self) -> SolvedCounts: ...


# Asks for the number of the newest version; nothing where there is none.
NEWEST_SOLVED = select(func.max(SolvedGroup.version))


def load_solved(session: Session) -> tuple[int, SolvedCounts]:
    """The newest version with its number."""
    version = session.scalar(NEWEST_SOLVED) or 0
    rows = session.execute(select(SolvedGroup).where(SolvedGroup.version == version)).scalars()
    return version, SolvedCounts({row.document_group: row.solved for row in rows})


def count_solved(session: Session) -> SolvedCounts | None:
    """Count anew what solved conversations that are not open again; stored as a new version where anything has changed.

    Documents that are not indexed count when they are.
    """
    counts = _counts_now(session)
    version, before = load_solved(session)
    if counts == {group: count for group, count in before.counts.items() if count}:
        return None
    session.execute(delete(SolvedGroup))
    # A version without rows could not be the newest.
    rows = counts or {0: 0}
    session.add_all(
        SolvedGroup(version=version + 1, document_group=group, solved=count) for group, count in rows.items()
    )
    session.flush()
    return SolvedCounts(counts)


def _counts_now(session: Session) -> dict[int, int]:
    solved = session.execute(
        select(UsedDocument.document, func.count(UsedDocument.id))
        .where(UsedDocument.state == UsedState.SOLVED.value)
        .group_by(UsedDocument.document)
    )
    by_kind: dict[str, dict[int, int]] = {}
    for name, count in solved:
        if (document := parse_document(name)) is not None:
            by_kind.setdefault(document[0], {})[document[1]] = count
    counts: dict[int, int] = {}
    for kind, documents in by_kind.items():
        numbers = sorted(documents)
        for start in range(0, len(numbers), _BLOCK):
            block = numbers[start : start + _BLOCK]
            groups = session.execute(
                select(Passage.document_id, Passage.document_group)
                .where(Passage.document_kind == kind, Passage.document_id.in_(block))
                .distinct()
            )
            for number, group in groups:
                counts[group] = counts.get(group, 0) + documents[number]
    return counts
