"""Put the passages of some documents into a build of the database: only passages with new text are encoded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from indexer.documents import DocumentState, Key, PreparedPassage, prepare_documents
from kb.core.database import session_scope
from kb.core.progress import Progress
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder, PassageEmbeddings
from kb.tables import ChangedDocument, IndexChange, IndexedDocument, Passage

# Characters: texts that are no longer than a question are read as one, too.
_QUESTION_LENGTH = 200


class EncodedPassage(NamedTuple):
    """What the encoder made of a passage, as it is stored: its vector, float32, and those of its words, int8."""

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
    rewritten: bool = False  # whether the files were made anew
    rebuilt: bool = False  # whether a new build took the place of the old one
    nodes: dict[str, int] = field(default_factory=dict)  # passages that each machine encoded, where there are several


@dataclass(frozen=True)
class Batch:
    """Documents to be put in, or taken out. marks: rows of `changed_documents` that are done with them."""

    present: Sequence[DocumentState]
    gone: Sequence[Key]
    marks: Sequence[int] = ()


@dataclass(frozen=True)
class PreparedBatch:
    """A batch with what its documents are cut into. existing: what was encoded before, by document and text hash; new: the
    passages that are to be encoded."""

    batch: Batch
    documents: Mapping[Key, tuple[int, list[PreparedPassage]]]
    existing: Mapping[Key, Mapping[str, EncodedPassage]]
    new: Sequence[PreparedPassage]


def prepare_batch(engine: Engine, encoder: Encoder, build: int, batch: Batch) -> PreparedBatch:
    """Read and cut the documents. Like encoding, outside the writing transaction: it is slow, and SQLite has one writer."""
    with session_scope(engine) as session:
        documents = prepare_documents(session, batch.present, encoder.count_tokens)
        existing = _encoded_passages(session, build, batch.present)
    new: list[PreparedPassage] = []
    for state in batch.present:
        if state.key in documents:
            known = existing.get(state.key, {})
            new += [passage for passage in documents[state.key][1] if passage.text_hash not in known]
    return PreparedBatch(batch, documents, existing, new)


def store_batch(
    engine: Engine,
    build: int,
    prepared: PreparedBatch,
    encoded: Sequence[EncodedPassage],
    report: IndexReport,
    before_commit: Callable[[Sequence[Passage]], None],
) -> None:
    """One batch, complete in itself: passages with vectors, the list of changes, the state of the documents, their marks.

    encoded: of each of the new passages. before_commit: called with the new rows, which have their ids, before anybody else can
    see them.
    """
    batch, documents, existing = prepared.batch, prepared.documents, prepared.existing
    encoded_as = {passage.text_hash: one for passage, one in zip(prepared.new, encoded, strict=True)}
    report.encoded += len(encoded)
    with session_scope(engine) as session, session.no_autoflush:
        added: list[Passage] = []
        stored = _stored(session, build, [*(state.key for state in batch.present), *batch.gone])
        for state in batch.present:
            # A document that was deleted a moment ago has left a mark, which the next batch takes up.
            if state.key in documents:
                group, passages = documents[state.key]
                known = {**existing.get(state.key, {}), **encoded_as}
                added += _store_document(session, build, state, group, passages, known, report, stored[state.key])
                report.documents += 1
        for key in batch.gone:
            _remove_document(session, build, key, stored[key], report)
        if batch.marks:
            session.execute(delete(ChangedDocument).where(ChangedDocument.id.in_(batch.marks)))
        session.flush()  # gives the new passages their ids, all in one statement
        session.add_all(_change(row, "add") for row in added)
        before_commit(added)


class BulkEncoder(Protocol):
    """Encodes batches somewhere else, many at a time."""

    def encode(
        self, batches: Iterator[PreparedBatch], nodes: dict[str, int]
    ) -> Iterator[tuple[PreparedBatch, list[EncodedPassage]]]:
        """Each batch once, as soon as all of its new passages are encoded, in any order. nodes: counts what each machine did."""
        ...


class _Stored(NamedTuple):
    """What a build has of a document."""

    passages: list[Passage]
    entry: IndexedDocument | None


def _stored(session: Session, build: int, keys: Sequence[Key]) -> dict[Key, _Stored]:
    """Two statements for each kind of document."""
    passages: dict[Key, list[Passage]] = {key: [] for key in keys}
    entries: dict[Key, IndexedDocument] = {}
    for kind, ids in _by_kind(keys).items():
        of_kind = (Passage.build_id == build, Passage.document_kind == kind, Passage.document_id.in_(ids))
        for row in session.scalars(select(Passage).where(*of_kind)):
            passages[kind, row.document_id].append(row)
        for entry in session.scalars(
            select(IndexedDocument).where(
                IndexedDocument.build_id == build,
                IndexedDocument.document_kind == kind,
                IndexedDocument.document_id.in_(ids),
            )
        ):
            entries[kind, entry.document_id] = entry
    return {key: _Stored(rows, entries.get(key)) for key, rows in passages.items()}


def _by_kind(keys: Sequence[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, number in keys:
        found.setdefault(kind, []).append(number)
    return found


def is_question(passage: PreparedPassage) -> bool:
    """Whether it may be what somebody asks: an alternative question, or a ticket or answer of one sentence."""
    return passage.part == "questions" or len(passage.embedded_text) <= _QUESTION_LENGTH


def embed_texts(
    encoder: Encoder, texts: Sequence[str], are_questions: Sequence[bool], progress: Progress | None = None
) -> PassageEmbeddings:
    """What the encoder makes of passages; those that may be questions are read as such too."""
    found = encoder.embed_passages(texts, progress)
    vectors = found.vectors
    if questions := [row for row, is_one in enumerate(are_questions) if is_one]:
        vectors = np.array(vectors)  # what comes from a cache cannot be written to
        of_questions = [texts[row] for row in questions]
        vectors[questions] = encode_alternative_questions(encoder, of_questions, vectors[questions])
    return PassageEmbeddings(vectors, found.words)


def embed_prepared(
    encoder: Encoder, passages: Sequence[PreparedPassage], progress: Progress | None = None
) -> PassageEmbeddings:
    """What the encoder makes of passages; short ones are read as questions too."""
    texts = [passage.embedded_text for passage in passages]
    return embed_texts(encoder, texts, [is_question(passage) for passage in passages], progress)


def as_stored(found: PassageEmbeddings) -> list[EncodedPassage]:
    return [
        EncodedPassage(vector.tobytes(), words.tobytes())
        for vector, words in zip(found.vectors, found.words, strict=True)
    ]


def _encoded_passages(
    session: Session, build: int, states: Sequence[DocumentState]
) -> dict[Key, dict[str, EncodedPassage]]:
    """Per document what was encoded before, by text hash."""
    found: dict[Key, dict[str, EncodedPassage]] = {}
    for kind, ids in _by_kind([state.key for state in states]).items():
        rows = session.execute(
            select(Passage.document_id, Passage.text_hash, Passage.vector, Passage.word_vectors).where(
                Passage.build_id == build, Passage.document_kind == kind, Passage.document_id.in_(ids)
            )
        )
        for row in rows:
            found.setdefault((kind, row.document_id), {})[row.text_hash] = EncodedPassage(row.vector, row.word_vectors)
    return found


def _store_document(
    session: Session,
    build: int,
    state: DocumentState,
    group: int,
    passages: Sequence[PreparedPassage],
    encoded: Mapping[str, EncodedPassage],
    report: IndexReport,
    stored: _Stored,
) -> list[Passage]:
    """Make the build's passages of a document those of `passages`; returns the new ones, which have no id yet."""
    added: list[Passage] = []
    reusable = {row.text_hash: row for row in stored.passages if _may_stay(row, state, group)}
    kept: set[int] = set()
    for position, passage in enumerate(passages):
        row = reusable.get(passage.text_hash)
        if row is not None and row.id not in kept:
            kept.add(row.id)
            report.reused += 1
            row.position = position
            continue
        vector, words = encoded[passage.text_hash]
        row = Passage(
            build_id=build,
            collection=state.collection.value,
            document_kind=state.kind,
            document_id=state.id,
            document_group=group,
            position=position,
            language=passage.language,
            part=passage.part,
            heading_path=list(passage.heading_path),
            text=passage.text,
            marked=passage.marked,
            anchors=passage.anchors,
            references=passage.references,
            text_hash=passage.text_hash,
            vector=vector,
            word_vectors=words,
        )
        added.append(row)
    session.add_all(added)
    _remove_passages(session, [row for row in stored.passages if row.id not in kept], report)
    entry = stored.entry
    if entry is None:
        entry = IndexedDocument(build_id=build, document_kind=state.kind, document_id=state.id)
        session.add(entry)
    entry.collection, entry.content_hash = state.collection.value, state.content_hash
    return added


def _may_stay(row: Passage, state: DocumentState, group: int) -> bool:
    """Files know a passage by its id: one that moves to another collection or group gets a new one."""
    return (row.collection, row.document_group) == (state.collection.value, group)


def _remove_document(session: Session, build: int, key: Key, stored: _Stored, report: IndexReport) -> None:
    if stored.entry is None and not stored.passages:
        return
    _remove_passages(session, stored.passages, report)
    session.execute(
        delete(IndexedDocument).where(
            IndexedDocument.build_id == build,
            IndexedDocument.document_kind == key[0],
            IndexedDocument.document_id == key[1],
        )
    )
    report.removed_documents += 1


def _remove_passages(session: Session, rows: Sequence[Passage], report: IndexReport) -> None:
    for row in rows:
        session.add(_change(row, "remove"))
        session.delete(row)
    report.removed += len(rows)


def _change(row: Passage, operation: str) -> IndexChange:
    return IndexChange(build_id=row.build_id, collection=row.collection, passage_id=row.id, operation=operation)
