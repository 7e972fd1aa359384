"""Check the index files against the database, passage by passage."""

from pathlib import Path

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import undefer

from indexer.backends.faiss_tantivy.files import passage_text, passage_vector
from indexer.backends.faiss_tantivy.reader import CollectionReader
from indexer.documents import wanted_documents
from kb.core.database import session_scope
from kb.core.errors import IndexUnavailableError, ModelError
from kb.search.encoding import Ids
from kb.search.types import CollectionName
from kb.tables import IndexedDocument, Passage


def verify_index(engine: Engine, index_dir: Path, fingerprint: str) -> list[str]:
    """What is wrong, one sentence each; an empty list when files and database agree."""
    findings: list[str] = []
    with session_scope(engine) as session:
        wanted = {s.key: (s.collection.value, s.content_hash, fingerprint) for s in wanted_documents(session)}
        indexed = {
            (row.document_kind, row.document_id): (row.collection, row.content_hash, row.fingerprint)
            for row in session.scalars(select(IndexedDocument))
        }
    if stale := [key for key, state in wanted.items() if indexed.get(key) != state]:
        findings.append(f"{len(stale)} documents are not indexed as they are now.")
    if extra := [key for key in indexed if key not in wanted]:
        findings.append(f"{len(extra)} documents are indexed that should not be searchable any more.")
    for name in CollectionName:
        findings += _verify_collection(name, engine, index_dir, fingerprint)
    return findings


def _verify_collection(name: CollectionName, engine: Engine, index_dir: Path, fingerprint: str) -> list[str]:
    try:
        view = CollectionReader(name, engine, index_dir, fingerprint).view()
    except (IndexUnavailableError, ModelError) as error:
        return [f"{name}: {error}"]
    with session_scope(engine) as session:
        statement = select(Passage).where(Passage.collection == name.value).options(undefer(Passage.word_vectors))
        rows = list(session.scalars(statement.order_by(Passage.id)))
    ids: Ids = np.array([row.id for row in rows], dtype=np.int64)
    findings = []
    if len(view) != len(ids):
        findings.append(f"{name}: {len(view)} passages in the files, {len(ids)} in the database.")
    if not len(ids):
        return findings
    known = view.facts(ids).known
    if not known.all():
        findings.append(f"{name}: {int((~known).sum())} passages of the database are missing in the files.")
    stored = np.stack([passage_vector(row) for row in rows])
    if not np.array_equal(view.vectors(ids)[known], stored[known]):
        findings.append(f"{name}: vectors in the files differ from those in the database.")
    shown = ((view.text(row.id), passage_text(row)) for row in rows)
    if any(text is not None and text != stored_text for text, stored_text in shown):
        findings.append(f"{name}: texts in the files differ from those in the database.")
    stored_words = [row.word_vectors for row, there in zip(rows, known, strict=True) if there]
    if [words.tobytes() for words in view.words(ids[known])] != stored_words:
        findings.append(f"{name}: vectors of words in the files differ from those in the database.")
    if (words := view.lexical_size()) != len(ids):
        findings.append(f"{name}: {words} passages in the word index, {len(ids)} in the database.")
    return findings
