"""Whether Milvus finds what the embedded engine finds: the same passages, searched by both."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.types import Audience, CollectionName
from kb.tables import Article
from kb.text.language import guess_language
from kb.text.terms import weighted_query_terms

FIRST = 10
_WRITTEN = ("golden", "reworded", "misses")


@dataclass(frozen=True)
class Found:
    """What one engine has on a query: results, nearest passages, passages by words; and how sure it is."""

    results: Sequence[tuple[str, int]]
    dense: Sequence[int]
    lexical: Sequence[int]
    outcome: str


def written_queries() -> Iterator[str]:
    """Questions that people wrote about the sample, in every language."""
    for name in _WRITTEN:
        for line in (PROJECT_ROOT / "tests" / "relevance" / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield str(json.loads(line)["text"])


def many_queries(session: Session, count: int) -> list[str]:
    """So many different ones: those that people wrote, then titles and sentences of the articles."""
    articles = session.query(Article).order_by(Article.id).all()
    sentences = (line for article in articles for line in article.body.splitlines() if 20 < len(line) < 200)
    found = dict.fromkeys([*written_queries(), *(article.title for article in articles), *sentences])
    return list(found)[:count]


def ask(runtime: SearchRuntime, session: Session, queries: Sequence[str]) -> list[Found]:
    searcher, view = runtime.searcher(Audience.REP), runtime.view(CollectionName.HELP)
    found = []
    for query in queries:
        answer = searcher.search(session, query, reader_language="en", limit=FIRST)
        vector = runtime.encoder.encode_queries([query])[0]
        terms = list(weighted_query_terms(query, guess_language(query)).items())
        found.append(
            Found(
                [(one.kind, one.id) for one in answer.results],
                view.search_dense(vector, FIRST)[0].tolist(),
                view.search_lexical(terms, FIRST)[0].tolist(),
                answer.outcome.value,
            )
        )
    return found


def common(some: Sequence[object], others: Sequence[object]) -> float:
    """Share of the longer list that is in both; 1 where both are empty."""
    return len(set(some) & set(others)) / max(len(some), len(others), 1) if some or others else 1.0


def compare(some: Sequence[Found], others: Sequence[Found]) -> dict[str, float]:
    pairs = list(zip(some, others, strict=True))
    return {
        "queries": len(pairs),
        "overlap@10": _mean(common(one.results, other.results) for one, other in pairs),
        "same_first": _mean(one.results[:1] == other.results[:1] for one, other in pairs),
        "same_outcome": _mean(one.outcome == other.outcome for one, other in pairs),
        "dense_overlap@10": _mean(common(one.dense, other.dense) for one, other in pairs),
        "lexical_overlap@10": _mean(common(one.lexical, other.lexical) for one, other in pairs),
    }


def _mean(values: Iterator[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), 4)


def both_engines(settings: Settings, engine: Engine, uri: str, queries: Sequence[str]) -> dict[str, float]:
    """The same database, searched by the embedded engine and then by Milvus; nothing is encoded twice."""
    with Session(engine) as session:
        embedded = ask(SearchRuntime.open(settings, engine), session, queries)
        on_milvus = replace(settings, index_text="milvus", milvus_uri=uri, milvus_timeout_text="60000")
        milvus = ask(SearchRuntime.open(on_milvus, engine), session, queries)
    return compare(embedded, milvus)
