"""Passages of a build as the database has them, read in blocks, and what the files hold of each."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from sqlalchemy import BindParameter, Engine, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, undefer

from indexer.backends.faiss_tantivy.lexical import LexicalDocument
from indexer.backends.faiss_tantivy.passage_table import PassageRow
from indexer.chunking import own_words
from indexer.shown_text import as_shown
from kb.core.database import session_scope
from kb.search.encoding import Vectors, WordVectors
from kb.search.types import CollectionName, PassageText
from kb.tables import IndexChange, Passage

# Rows of a statement: bounded memory, and no statement with as many parameters as there are passages.
BLOCK = 500
# The operation of a change that is about no passage.
FORGET = "forget"


def newest_change(session: Session, build: int, name: CollectionName) -> int:
    """The last row of `index_changes` of a collection; 0 where there is none."""
    return session.scalar(_newest_change(build, name)) or 0


def _newest_change(build: int | BindParameter[int], name: CollectionName) -> Select[int]:
    return select(func.max(IndexChange.id)).where(IndexChange.build_id == build, IndexChange.collection == name.value)


_BUILD: BindParameter[int] = bindparam("build")
_NEWEST_CHANGES = select(*(_newest_change(_BUILD, name).scalar_subquery() for name in CollectionName))


def newest_changes(engine: Engine, build: int) -> dict[CollectionName, int]:
    """The same of all collections, by one short statement: several times a second somebody asks, and mostly for nothing."""
    with engine.connect() as connection:
        found = connection.execute(_NEWEST_CHANGES, {"build": build}).one()
    return {name: newest or 0 for name, newest in zip(CollectionName, found, strict=True)}


def count_changes(session: Session, build: int, name: CollectionName, after: int) -> int:
    statement = select(func.count()).where(
        IndexChange.build_id == build, IndexChange.collection == name.value, IndexChange.id > after
    )
    return session.scalar(statement) or 0


def has_all_changes(session: Session, build: int, name: CollectionName, after: int) -> bool:
    """Whether the changes that came after this one are all there: old ones are removed, but the last of those is kept."""
    of_collection = (IndexChange.build_id == build, IndexChange.collection == name.value)
    if after > 0:
        return (
            session.scalar(select(IndexChange.id).where(*of_collection, IndexChange.id <= after).limit(1)) is not None
        )
    # Files from before the first change hold nothing: each passage is one that a change tells of, or changes are missing.
    is_told = exists().where(*of_collection, IndexChange.passage_id == Passage.id)
    untold = select(Passage.id).where(Passage.build_id == build, Passage.collection == name.value, ~is_told).limit(1)
    return session.scalar(untold) is None


def asks_to_forget(session: Session, build: int, name: CollectionName, after: int) -> bool:
    """Whether files of before this change hold what was erased, see `BuildFiles.ask_to_forget`."""
    asked = select(IndexChange.id).where(
        IndexChange.build_id == build,
        IndexChange.collection == name.value,
        IndexChange.id > after,
        IndexChange.operation == FORGET,
    )
    return session.scalar(asked.limit(1)) is not None


def count_passages(session: Session, build: int, name: CollectionName) -> int:
    statement = select(func.count()).where(Passage.build_id == build, Passage.collection == name.value)
    return session.scalar(statement) or 0


def touched_passages(session: Session, build: int, name: CollectionName, after: int, until: int) -> set[int]:
    """Ids of the passages that changes in (after, until] are about."""
    statement = select(IndexChange.passage_id).where(
        IndexChange.build_id == build,
        IndexChange.collection == name.value,
        IndexChange.id > after,
        IndexChange.id <= until,
    )
    return set(session.scalars(statement))


def read_passages(session: Session, build: int, ids: set[int]) -> Iterator[Passage]:
    """Those of the passages that are there, by rising id."""
    ordered = iter(sorted(ids))
    while block := list(islice(ordered, BLOCK)):
        statement = select(Passage).where(Passage.build_id == build, Passage.id.in_(block)).order_by(Passage.id)
        rows = list(session.scalars(statement.options(undefer(Passage.word_vectors))))
        yield from rows
        for row in rows:
            session.expunge(row)


def all_passages(engine: Engine, build: int, name: CollectionName) -> Iterator[Passage]:
    """All passages of a collection by rising id. Each block is a transaction of its own: nobody waits for a long one."""
    last = 0
    while True:
        with session_scope(engine) as session:
            statement = (
                select(Passage)
                .where(Passage.build_id == build, Passage.collection == name.value, Passage.id > last)
                .order_by(Passage.id)
                .limit(BLOCK)
            )
            rows = list(session.scalars(statement.options(undefer(Passage.word_vectors))))
            session.expunge_all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id


def passage_row(passage: Passage) -> PassageRow:
    return passage.id, passage.document_id, passage.document_group, passage.language, passage.part


def passage_vector(passage: Passage) -> Vectors:
    return np.frombuffer(passage.vector, dtype="<f4")


def passage_words(passage: Passage, dimensions: int) -> WordVectors:
    """int8 (words, dimensions)."""
    return np.frombuffer(passage.word_vectors, dtype=np.int8).reshape(-1, dimensions or 1)


def passage_text(passage: Passage) -> PassageText:
    return as_shown(passage.marked or passage.text, passage.heading_path, passage.anchors)


def lexical_document(passage: Passage) -> LexicalDocument:
    if passage.part == "questions":
        return LexicalDocument(passage.id, passage.language, "", "", passage.text)
    title = "\n".join(passage.heading_path)
    return LexicalDocument(passage.id, passage.language, title, own_words(passage.text, passage.references))
