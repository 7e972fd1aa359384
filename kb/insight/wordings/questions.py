"""The installation's own golden set: the other wordings of its articles, each of which is asked with itself taken out.

An article without any is asked for by its title.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kb.search.encoding import Ids
from kb.search.types import ALTERNATIVE_QUESTIONS, PARTS, CollectionName
from kb.tables import BuildState, IndexBuild, Passage
from kb.text.terms import normalise

MOST_QUESTIONS = 2000


@dataclass(frozen=True)
class OwnQuestion:
    """A wording and the document group that it asks for. passages: where it stands itself, in all languages, none for a title;
    like: a passage that lies where the question does."""

    text: str
    language: str
    group: int
    article: int
    collection: CollectionName
    passages: Ids
    like: int

    @property
    def hidden(self) -> dict[CollectionName, Ids]:
        return {self.collection: self.passages}

    @property
    def order(self) -> bytes:
        """By chance, and the same chance in every run."""
        return blake2b(f"{self.group}/{self.text}".encode(), digest_size=8).digest()


def own_questions(session: Session, *, limit: int = MOST_QUESTIONS, titles: bool = True) -> list[OwnQuestion]:
    """What is asked, some of it where there is more than `limit`; without `titles` only the wordings. Two statements."""
    questions = _wordings(session)
    if titles:
        questions += _titles(session, {question.group for question in questions})
    return sorted(questions, key=lambda question: question.order)[:limit]


def _wordings(session: Session) -> list[OwnQuestion]:
    rows = session.execute(_passages().where(Passage.part == PARTS[ALTERNATIVE_QUESTIONS])).all()
    same: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    first: dict[tuple[str, int, str], Any] = {}
    for row in rows:
        key = (row.collection, row.document_group, normalise(row.text))
        same[key].append(row.id)
        first.setdefault(key, row)
    return [_question(row, row.text, same[key]) for key, row in first.items()]


def _titles(session: Session, others: set[int]) -> list[OwnQuestion]:
    rows = session.execute(_passages().where(Passage.part == PARTS[0], Passage.position == 0))
    return [
        _question(row, row.heading_path[0], []) for row in rows if row.document_group not in others and row.heading_path
    ]


def _passages() -> Select[*tuple[Any, ...]]:
    live = select(IndexBuild.id).where(IndexBuild.state == BuildState.LIVE.value).scalar_subquery()
    columns = (
        Passage.id,
        Passage.collection,
        Passage.document_id,
        Passage.document_group,
        Passage.language,
        Passage.text,
        Passage.heading_path,
    )
    return select(*columns).where(Passage.build_id == live, Passage.document_kind == "article").order_by(Passage.id)


def _question(row: Any, text: str, passages: Sequence[int]) -> OwnQuestion:
    return OwnQuestion(
        text,
        row.language,
        row.document_group,
        row.document_id,
        CollectionName(row.collection),
        np.array(passages, np.int64),
        row.id,
    )
