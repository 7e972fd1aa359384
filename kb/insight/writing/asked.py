"""The questions that people settled on, kept with their vectors by a job, for checking texts and trying changes out."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.orm import Session, undefer

from kb.search.encoding import Encoder, Vectors
from kb.search.settled_searches import settled_queries
from kb.tables import SearchEvent, SettledQuestion
from kb.text.terms import query_terms
from kb.text.transliteration import to_native

# Fewer questions in a language tell nothing about how its people speak.
LEAST_QUESTIONS = 30
_BATCH = 128
_DELETED_AT_ONCE = 500


@dataclass(frozen=True)
class Question:
    """typed: as it was stored; text: as the encoder reads it, Hindi and Bengali in their own script."""

    typed: str
    text: str
    language: str


@dataclass(frozen=True)
class AskedQuestions:
    """Of one language. vectors: (questions, dimensions)."""

    questions: Sequence[Question]
    vectors: Vectors
    language: str

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def terms(self) -> Sequence[frozenset[str]]:
        """Of each question the stems of its content words."""
        return [frozenset(query_terms(one.text, self.language)) for one in self.questions]

    @cached_property
    def counts(self) -> Counter[str]:
        """In how many questions each stem occurs."""
        return Counter(term for terms in self.terms for term in terms)

    @cached_property
    def centred(self) -> Vectors:
        """The vectors without what all questions share, of unit length."""
        return centre(self.vectors, self.mean)

    @cached_property
    def mean(self) -> Vectors:
        return np.asarray(self.vectors.mean(axis=0), dtype=np.float32)


def centre(vectors: Vectors, mean: Vectors) -> Vectors:
    """(n, dimensions) without the mean, of unit length."""
    moved = vectors - mean
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def store_asked(session: Session, encoder: Encoder) -> int:
    """Choose the questions anew; returns how many rows changed. Only new ones are encoded. The caller commits."""
    wanted = {
        event: (language, text)
        for (language, _length), asked in settled_queries(session).items()
        for event, text in zip(asked.events, asked.texts, strict=True)
    }
    rows = session.execute(select(SettledQuestion.event_id, SettledQuestion.fingerprint)).all()
    known = {row.event_id for row in rows if row.fingerprint == encoder.fingerprint}
    gone = sorted({row.event_id for row in rows} - (known & wanted.keys()))
    new = sorted(wanted.keys() - known)
    blocks = [new[start : start + _BATCH] for start in range(0, len(new), _BATCH)]
    # All is encoded before anything is written: nobody waits for the model to write.
    vectors = [encoder.encode_queries([wanted[event][1] for event in events]) for events in blocks]
    for start in range(0, len(gone), _DELETED_AT_ONCE):
        block = gone[start : start + _DELETED_AT_ONCE]
        session.execute(delete(SettledQuestion).where(SettledQuestion.event_id.in_(block)))
    session.add_all(
        SettledQuestion(
            event_id=event,
            language=wanted[event][0],
            fingerprint=encoder.fingerprint,
            vector=vector.astype("<f4").tobytes(),
        )
        for events, of_block in zip(blocks, vectors, strict=True)
        for event, vector in zip(events, of_block, strict=True)
    )
    session.flush()
    return len(gone) + len(new)


_kept: "WeakKeyDictionary[Engine, tuple[tuple[int, int, str], Mapping[str, AskedQuestions]]]" = WeakKeyDictionary()
_lock = threading.Lock()


def asked_questions(session: Session, encoder: Encoder) -> Mapping[str, AskedQuestions]:
    """By language. One small statement where nothing has changed since this process read them, else two."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    of_encoder = SettledQuestion.fingerprint == encoder.fingerprint
    count, last = session.execute(
        select(func.count(SettledQuestion.id), func.max(SettledQuestion.id)).where(of_encoder)
    ).one()
    version = (int(count), int(last or 0), encoder.fingerprint)
    known = _kept.get(engine)
    if known is not None and known[0] == version:
        return known[1]
    found = {one.language: one for one in _read(session, encoder.fingerprint)}
    with _lock:
        _kept[engine] = (version, found)
    return found


def _read(session: Session, fingerprint: str) -> Iterator[AskedQuestions]:
    statement = (
        select(SettledQuestion, SearchEvent.query, SearchEvent.language)
        .join(SearchEvent, SearchEvent.id == SettledQuestion.event_id)
        .where(SettledQuestion.fingerprint == fingerprint)
        .options(undefer(SettledQuestion.vector))
        .order_by(SettledQuestion.id)
    )
    by_language: dict[str, list[tuple[Question, Vectors]]] = {}
    for row, query, language in session.execute(statement):
        question = Question(query, to_native(query, language).text, language)
        by_language.setdefault(row.language, []).append((question, np.frombuffer(row.vector, dtype="<f4")))
    for language, pairs in by_language.items():
        yield AskedQuestions([question for question, _ in pairs], np.stack([vector for _, vector in pairs]), language)
