"""Bring the collections up to date: only what changed is chunked, only passages with new text are encoded.

The database is written in batches, each complete in itself: passages with vectors, the list of changes, the state of the
document. Stopping in between loses at most the batch under way; running it again goes on. The files follow the database.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.files import VectorSizes, refresh_files
from indexer.chunking import CHUNKER
from indexer.documents import DocumentState, PreparedPassage, prepare_documents, wanted_documents
from indexer.encoders.token_embeddings import WORDS
from kb.core.database import session_scope
from kb.core.errors import ConflictError
from kb.core.progress import Progress
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder
from kb.tables import IndexChange, IndexedDocument, Passage

logger = logging.getLogger(__name__)

_DOCUMENTS_PER_BATCH = 64
_LOCK_WAIT_SECONDS = 600
# Characters: texts that are no longer than a question are read as one, too.
_QUESTION_LENGTH = 200


class _Encoded(NamedTuple):
    """What the encoder made of a passage, as it is stored."""

    vector: bytes
    words: bytes


@dataclass
class IndexReport:
    """What an update did. `encoded` counts passages that went through the encoder."""

    documents: int = 0
    removed_documents: int = 0
    encoded: int = 0
    reused: int = 0
    removed: int = 0
    seconds: float = 0.0
    collections: dict[str, int] = field(default_factory=dict)  # passages in each collection now
    rewritten: list[str] = field(default_factory=list)  # collections whose files were made anew


def index_fingerprint(encoder: Encoder) -> str:
    """What vectors must have in common to be compared: the model, the way of cutting text, and that of reading words."""
    return f"{encoder.fingerprint}+chunks/{CHUNKER}+words/{WORDS}"


def bring_up_to_date(
    engine: Engine, index_dir: Path, encoder: Encoder, progress: Progress | None = None, *, rebuild: bool = False
) -> IndexReport:
    """Index what is new or changed, remove what is gone, and write the files that processes read.

    One process at a time: others wait. Raises ConflictError when the lock is held for more than ten minutes.
    """
    started = time.perf_counter()
    report = IndexReport()
    with _write_lock(index_dir):
        if rebuild:
            _forget_everything(engine)
        _update_database(engine, encoder, report, progress)
        report.rewritten = refresh_files(
            engine, index_dir, index_fingerprint(encoder), VectorSizes.of(encoder), rebuild=rebuild
        )
    with session_scope(engine) as session:
        rows = session.execute(select(Passage.collection, func.count()).group_by(Passage.collection))
        report.collections = {name: count for name, count in rows}  # noqa: C416  # rows are no pairs for mypy
    report.seconds = time.perf_counter() - started
    return report


def make_files(engine: Engine, index_dir: Path, encoder: Encoder) -> None:
    """Write missing or broken index files from the database; nothing is encoded."""
    with _write_lock(index_dir):
        refresh_files(engine, index_dir, index_fingerprint(encoder), VectorSizes.of(encoder))


@contextmanager
def _write_lock(index_dir: Path) -> Iterator[None]:
    index_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(index_dir / "write.lock").acquire(timeout=_LOCK_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise ConflictError(
            "Another process has been indexing for more than ten minutes.",
            remedy="Wait until it is done, or stop it, then run: kb index",
        ) from error


def _forget_everything(engine: Engine) -> None:
    with session_scope(engine) as session:
        for collection, passage_id in session.execute(select(Passage.collection, Passage.id)).all():
            session.add(IndexChange(collection=collection, passage_id=passage_id, operation="remove"))
        session.execute(delete(IndexedDocument))
        session.execute(delete(Passage))


def _update_database(engine: Engine, encoder: Encoder, report: IndexReport, progress: Progress | None) -> None:
    fingerprint = index_fingerprint(encoder)
    with session_scope(engine) as session:
        wanted = {state.key: state for state in wanted_documents(session)}
        there = {
            (row.document_kind, row.document_id): (row.collection, row.content_hash, row.fingerprint)
            for row in session.scalars(select(IndexedDocument))
        }
        gone = [key for key in there if key not in wanted]
        for key in gone:
            report.removed += _remove_document(session, *key)
        report.removed_documents = len(gone)
    changed = [
        state
        for key, state in sorted(wanted.items())
        if there.get(key) != (state.collection.value, state.content_hash, fingerprint)
    ]
    for start in range(0, len(changed), _DOCUMENTS_PER_BATCH):
        batch = changed[start : start + _DOCUMENTS_PER_BATCH]

        def advance(done: int, total: int, start: int = start, size: int = len(batch)) -> None:
            if progress:
                progress(start + size * done // max(total, 1), len(changed))

        _index_batch(engine, encoder, fingerprint, batch, report, advance)
        if progress:
            progress(start + len(batch), len(changed))


def _index_batch(
    engine: Engine,
    encoder: Encoder,
    fingerprint: str,
    batch: Sequence[DocumentState],
    report: IndexReport,
    progress: Progress,
) -> None:
    # Reading and encoding happen outside the writing transaction: encoding is slow, and SQLite has one writer.
    with session_scope(engine) as session:
        prepared = prepare_documents(session, batch, encoder.count_tokens)
        existing = _existing_passages(session, batch, fingerprint)
    new: list[PreparedPassage] = []
    for state in batch:
        if state.key in prepared:
            known = existing.get(state.key, {})
            new += [p for p in prepared[state.key][1] if (state.collection.value, p.text_hash) not in known]
    encoded_as = {p.text_hash: encoded for p, encoded in zip(new, _encode(encoder, new, progress), strict=True)}
    report.encoded += len(new)
    with session_scope(engine) as session, session.no_autoflush:
        stored = _stored(session, batch)
        added: list[Passage] = []
        for state in batch:
            if state.key in prepared:
                group, passages = prepared[state.key]
                known = existing.get(state.key, {})
                old, entry = stored[state.key]
                added += _store_document(
                    session, state, group, passages, known, encoded_as, fingerprint, report, old, entry
                )
                report.documents += 1
        session.flush()  # gives the new passages their ids, all in one statement
        session.add_all(IndexChange(collection=row.collection, passage_id=row.id, operation="add") for row in added)


def _stored(
    session: Session, batch: Sequence[DocumentState]
) -> dict[tuple[str, int], tuple[list[Passage], IndexedDocument | None]]:
    """Per document of the batch its passages and its entry as they are in the database, in two statements for each kind."""
    passages: dict[tuple[str, int], list[Passage]] = {state.key: [] for state in batch}
    entries: dict[tuple[str, int], IndexedDocument] = {}
    for kind in ("article", "ticket"):
        ids = [state.id for state in batch if state.kind == kind]
        if not ids:
            continue
        for row in session.scalars(select(Passage).where(Passage.document_kind == kind, Passage.document_id.in_(ids))):
            passages[kind, row.document_id].append(row)
        for entry in session.scalars(
            select(IndexedDocument).where(IndexedDocument.document_kind == kind, IndexedDocument.document_id.in_(ids))
        ):
            entries[kind, entry.document_id] = entry
    return {key: (rows, entries.get(key)) for key, rows in passages.items()}


def _is_wording(passage: PreparedPassage) -> bool:
    """Whether it may be what somebody asks: another wording, or a ticket or answer of one sentence."""
    return passage.part == "questions" or len(passage.embedded_text) <= _QUESTION_LENGTH


def _encode(encoder: Encoder, passages: Sequence[PreparedPassage], progress: Progress) -> list[_Encoded]:
    found = encoder.embed_passages([passage.embedded_text for passage in passages], progress)
    vectors = found.vectors
    if wordings := [row for row, passage in enumerate(passages) if _is_wording(passage)]:
        texts = [passages[row].embedded_text for row in wordings]
        vectors = np.array(vectors)  # what comes from a cache cannot be written to
        vectors[wordings] = encode_alternative_questions(encoder, texts, vectors[wordings])
    return [_Encoded(vector.tobytes(), words.tobytes()) for vector, words in zip(vectors, found.words, strict=True)]


def _existing_passages(
    session: Session, batch: Sequence[DocumentState], fingerprint: str
) -> dict[tuple[str, int], dict[tuple[str, str], _Encoded]]:
    """Per document what can be kept, by collection and text hash."""
    found: dict[tuple[str, int], dict[tuple[str, str], _Encoded]] = {}
    for kind in ("article", "ticket"):
        ids = [state.id for state in batch if state.kind == kind]
        if ids:
            rows = session.execute(
                select(
                    Passage.document_id, Passage.collection, Passage.text_hash, Passage.vector, Passage.word_vectors
                ).where(Passage.document_kind == kind, Passage.document_id.in_(ids), Passage.fingerprint == fingerprint)
            )
            for row in rows:
                found.setdefault((kind, row.document_id), {})[row.collection, row.text_hash] = _Encoded(
                    row.vector, row.word_vectors
                )
    return found


def _store_document(
    session: Session,
    state: DocumentState,
    group: int,
    passages: list[PreparedPassage],
    known: dict[tuple[str, str], _Encoded],
    encoded_as: dict[str, _Encoded],
    fingerprint: str,
    report: IndexReport,
    old: Sequence[Passage],
    entry: IndexedDocument | None,
) -> list[Passage]:
    """Make the database's passages of a document those of `passages`; returns the new ones, which have no id yet.

    old, entry: what the database has of the document.
    """
    added: list[Passage] = []
    reusable = {(row.collection, row.text_hash): row for row in old if row.fingerprint == fingerprint}
    kept: set[int] = set()
    for position, passage in enumerate(passages):
        row = reusable.get((state.collection.value, passage.text_hash))
        if row is not None and row.id not in kept:
            kept.add(row.id)
            report.reused += 1
            if (row.position, row.document_group) != (position, group):
                row.position, row.document_group = position, group
                session.add(IndexChange(collection=row.collection, passage_id=row.id, operation="add"))
            continue
        # The same text twice in a document: what was made of the first serves both.
        encoded = encoded_as.get(passage.text_hash) or known[state.collection.value, passage.text_hash]
        row = Passage(
            collection=state.collection.value,
            document_kind=state.kind,
            document_id=state.id,
            document_group=group,
            position=position,
            language=passage.language,
            part=passage.part,
            heading_path=list(passage.heading_path),
            text=passage.text,
            text_hash=passage.text_hash,
            fingerprint=fingerprint,
            vector=encoded.vector,
            word_vectors=encoded.words,
        )
        added.append(row)
    session.add_all(added)
    for row in old:
        if row.id not in kept:
            _remove_passage(session, row)
            report.removed += 1
    if entry is None:
        entry = IndexedDocument(document_kind=state.kind, document_id=state.id)
        session.add(entry)
    entry.collection, entry.content_hash, entry.fingerprint = state.collection.value, state.content_hash, fingerprint
    return added


def _remove_document(session: Session, kind: str, document_id: int) -> int:
    rows = list(_passages_of(session, kind, document_id))
    for row in rows:
        _remove_passage(session, row)
    session.execute(
        delete(IndexedDocument).where(IndexedDocument.document_kind == kind, IndexedDocument.document_id == document_id)
    )
    return len(rows)


def _passages_of(session: Session, kind: str, document_id: int) -> Iterator[Passage]:
    yield from session.scalars(select(Passage).where(Passage.document_kind == kind, Passage.document_id == document_id))


def _remove_passage(session: Session, row: Passage) -> None:
    session.add(IndexChange(collection=row.collection, passage_id=row.id, operation="remove"))
    session.delete(row)
