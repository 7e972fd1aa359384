"""Index files against the database, passage by passage."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from sqlalchemy import Engine

from indexer.backends.faiss_tantivy.stored_passages import (
    BLOCK,
    all_passages,
    count_passages,
    passage_text,
    passage_vector,
)
from indexer.backends.protocol import OpenCollection
from kb.core.database import session_scope
from kb.tables import Passage


def compare_files(engine: Engine, build: int, view: OpenCollection) -> Iterator[str]:
    """What differs, one sentence each."""
    with session_scope(engine) as session:
        stored = count_passages(session, build, view.name)
    if len(view) != stored:
        yield f"{view.name}: {len(view)} passages in the files, {stored} in the database."
    if (terms := view.lexical_size()) != stored:
        yield f"{view.name}: {terms} passages in the word index, {stored} in the database."
    wrong = {"missing": 0, "vectors": 0, "texts": 0, "words": 0}
    passages = all_passages(engine, build, view.name)
    while rows := list(islice(passages, BLOCK)):
        _compare_block(view, rows, wrong)
    told = {
        "missing": "passages of the database are missing in the files",
        "vectors": "vectors in the files differ from those in the database",
        "texts": "texts in the files differ from those in the database",
        "words": "passages have other vectors of words in the files than in the database",
    }
    yield from (f"{view.name}: {count} {told[what]}." for what, count in wrong.items() if count)


def _compare_block(view: OpenCollection, rows: Sequence[Passage], wrong: dict[str, int]) -> None:
    ids = np.array([row.id for row in rows], dtype=np.int64)
    found = view.fetch(ids)
    known = found.facts.known
    stored = np.stack([passage_vector(row) for row in rows])
    differ = (found.vectors != stored).any(axis=1)
    wrong["missing"] += int((~known).sum())
    wrong["vectors"] += int((differ & known).sum())
    columns = zip(rows, known.tolist(), found.texts, found.token_vectors, strict=True)
    for row, there, text, words in columns:
        if there:
            wrong["texts"] += text != passage_text(row)
            wrong["words"] += words.tobytes() != row.word_vectors
