"""Make the index files follow the database: small changes into the lexical files, many into a new segment."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.dense import DenseBase
from indexer.backends.faiss_tantivy.lexical import LexicalDocument
from indexer.backends.faiss_tantivy.passage_table import PassageRow, PassageTable
from indexer.backends.faiss_tantivy.passage_texts import as_shown
from indexer.backends.faiss_tantivy.segment import Segment, open_segment, write_segment
from indexer.chunking import own_words
from kb.core.database import session_scope
from kb.core.errors import IndexUnavailableError
from kb.search.encoding import Encoder, Vectors, WordVectors
from kb.search.types import CollectionName, PassageText
from kb.tables import IndexChange, Passage

logger = logging.getLogger(__name__)

# Changes that readers keep beside a segment before a new one is written: few enough to be scanned in no time.
MOST_CHANGES = 1000
_ALWAYS_FEW = 20


class VectorSizes(NamedTuple):
    """Dimensions of the vector of a text and of that of a word."""

    text: int
    word: int

    @classmethod
    def of(cls, encoder: Encoder) -> "VectorSizes":
        return cls(encoder.dimensions, encoder.word_dimensions)


def refresh_files(
    engine: Engine, root: Path, fingerprint: str, sizes: VectorSizes, *, rebuild: bool = False
) -> list[str]:
    """Bring the files of all collections up to date; returns the names of those made anew. The caller holds the write lock."""
    rewritten: list[str] = []
    for name in CollectionName:
        with session_scope(engine) as session:
            newest = newest_change(session)
            segment = None if rebuild else _usable_generation(root, name, fingerprint)
            if segment is not None and _may_follow(session, name, segment):
                _follow_lexically(session, name, segment, newest)
            else:
                _write_anew(session, root, name, fingerprint, sizes, newest)
                rewritten.append(name.value)
    return rewritten


def newest_change(session: Session) -> int:
    return session.scalar(select(func.max(IndexChange.id))) or 0


def passage_row(passage: Passage) -> PassageRow:
    return (
        passage.id,
        passage.document_id,
        passage.document_group,
        passage.language,
        passage.part,
    )


def passage_vector(passage: Passage) -> Vectors:
    return np.frombuffer(passage.vector, dtype="<f4")


def passage_words(passage: Passage, dimensions: int) -> WordVectors:
    """int8 (words, dimensions)."""
    return np.frombuffer(passage.word_vectors, dtype=np.int8).reshape(-1, dimensions or 1)


def passage_text(passage: Passage) -> PassageText:
    return as_shown(passage.text, passage.heading_path)


def lexical_document(passage: Passage) -> LexicalDocument:
    if passage.part == "questions":
        return LexicalDocument(passage.id, passage.language, "", "", passage.text)
    title = "\n".join(passage.heading_path)
    return LexicalDocument(passage.id, passage.language, title, own_words(passage.text))


def _usable_generation(root: Path, name: CollectionName, fingerprint: str) -> Segment | None:
    try:
        segment = open_segment(root, name)
    except IndexUnavailableError as error:
        logger.info("Writing the files of %s: %s", name, error.message)
        return None
    return segment if segment.manifest.fingerprint == fingerprint else None


def _may_follow(session: Session, name: CollectionName, segment: Segment) -> bool:
    """Whether the changes since the segment was written are few, in themselves and beside what it holds."""
    after = segment.manifest.change_id
    pending = session.scalar(select(func.count()).where(IndexChange.collection == name.value, IndexChange.id > after))
    return (pending or 0) <= min(MOST_CHANGES, max(_ALWAYS_FEW, segment.manifest.passages // 5))


def _follow_lexically(session: Session, name: CollectionName, segment: Segment, newest: int) -> None:
    done = segment.lexical.change_id()
    touched = set(
        session.scalars(
            select(IndexChange.passage_id).where(IndexChange.collection == name.value, IndexChange.id > done)
        )
    )
    if not touched:
        return
    rows = list(session.scalars(select(Passage).where(Passage.id.in_(touched))))
    present = {row.id for row in rows}
    segment.lexical.write(map(lexical_document, rows), sorted(touched - present), change_id=newest)


def _write_anew(
    session: Session, root: Path, name: CollectionName, fingerprint: str, sizes: VectorSizes, newest: int
) -> None:
    table: list[PassageRow] = []
    vectors: list[Vectors] = []
    for passage in _all_passages(session, name, fingerprint):
        table.append(passage_row(passage))
        vectors.append(passage_vector(passage))
    ids = np.array([row[0] for row in table], dtype=np.int64)
    matrix = np.stack(vectors) if vectors else np.zeros((0, sizes.text), np.float32)
    write_segment(
        root,
        name,
        fingerprint=fingerprint,
        change_id=newest,
        dense=DenseBase.build(ids, matrix),
        table=PassageTable.from_rows(table),
        texts=map(passage_text, _all_passages(session, name, fingerprint)),
        words=_all_words(session, name, fingerprint),
        word_dimensions=sizes.word,
        lexical=map(lexical_document, _all_passages(session, name, fingerprint)),
    )
    # Followers of older generations notice the new one by its name; the rows up to here serve nobody any more.
    session.execute(delete(IndexChange).where(IndexChange.collection == name.value, IndexChange.id < newest))


def _all_words(session: Session, name: CollectionName, fingerprint: str) -> Iterator[bytes]:
    statement = select(Passage.word_vectors).where(Passage.collection == name.value, Passage.fingerprint == fingerprint)
    yield from session.scalars(statement.order_by(Passage.id).execution_options(yield_per=500))


def _all_passages(session: Session, name: CollectionName, fingerprint: str) -> Iterator[Passage]:
    statement = select(Passage).where(Passage.collection == name.value, Passage.fingerprint == fingerprint)
    for passage in session.scalars(statement.order_by(Passage.id).execution_options(yield_per=500)):
        yield passage
        session.expunge(passage)
