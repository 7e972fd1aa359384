"""Put a dataset's documents where the application has its articles, and ask its questions as people would."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kb.assist.suggestions import assist
from kb.core.progress import Progress
from kb.evaluation.dataset import Document, Query
from kb.evaluation.ranking_metrics import DEEPEST
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.types import Outcome
from kb.tables import Article

MAX_TITLE = 300  # as the table has it
# What pages show; times are taken with it, quality is measured deeper.
SHOWN_RESULTS = 10


@dataclass(frozen=True)
class Asked:
    """What came back for a query. documents: ids in the dataset, best first; probability: that the first one answers it, in a
    conversation that the turn asks for something; positive: whether the search did not say "none", or assist spoke; outcome: what
    the page said, None in a conversation."""

    documents: tuple[str, ...]
    probability: float
    positive: bool
    outcome: Outcome | None = None


def store_documents(session: Session, documents: Sequence[Document]) -> dict[int, str]:
    """One published public article per document, each in a translation group of its own. Returns document ids by article id."""
    rows = []
    for number, document in enumerate(documents, start=1):
        content = hashlib.sha256(f"{document.language}\0{document.title}\0{document.text}".encode()).hexdigest()
        rows.append(
            {
                "id": number,
                "slug": f"document-{number}",
                "translation_key": f"document-{number}",
                "language": document.language,
                "audience": "public",
                "status": "published",
                "title": document.title[:MAX_TITLE],
                "body": document.text,
                "content_hash": content,
            }
        )
    session.execute(insert(Article), rows)
    return {number: document.id for number, document in enumerate(documents, start=1)}


def ask(
    session: Session,
    searcher: Searcher,
    encoder: Encoder,
    queries: Sequence[Query],
    document_ids: Mapping[int, str],
    progress: Progress,
) -> dict[str, Asked]:
    """Ask each query: one of a conversation by assist, any other by search. Returns what came back, by query id."""
    answers: dict[str, Asked] = {}
    for done, query in enumerate(queries, start=1):
        answers[query.id] = _ask_one(session, searcher, encoder, query, document_ids)
        progress(done, len(queries))
    return answers


def _ask_one(
    session: Session, searcher: Searcher, encoder: Encoder, query: Query, document_ids: Mapping[int, str]
) -> Asked:
    if query.context:
        suggested = assist(
            session,
            query.context,
            searcher,
            encoder,
            reader_language=_reader(query),
            limit=DEEPEST,
            even_without_query=True,
        )
        found = tuple(document_ids[suggestion.result.id] for suggestion in suggested.suggestions)
        return Asked(found, suggested.speak_probability, suggested.speak)
    answer = searcher.search(session, query.text, reader_language=_reader(query), limit=DEEPEST)
    found = tuple(document_ids[result.id] for result in answer.results)
    return Asked(found, answer.confidence if found else 0.0, answer.outcome is not Outcome.NONE, answer.outcome)


def time_query(session: Session, searcher: Searcher, encoder: Encoder, query: Query) -> float:
    """Milliseconds from text to results as pages show them."""
    started = time.perf_counter()
    if query.context:
        assist(session, query.context, searcher, encoder, reader_language=_reader(query))
    else:
        searcher.search(session, query.text, reader_language=_reader(query), limit=SHOWN_RESULTS)
    return (time.perf_counter() - started) * 1000


def _reader(query: Query) -> str:
    """The language of the pages that somebody who asks so would read: hi for hi-Latn."""
    return query.language.split("-")[0]
