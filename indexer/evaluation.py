"""Evaluate the application on a dataset: the code that serves people, over the dataset's documents."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

import numpy as np

from indexer.encoders.reranker import check_reranker
from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from indexer.evaluation_environment import EvaluationEnvironment, open_evaluation_environment
from kb.assist.intent import load_intent_model
from kb.assist.suggestions import CUE_THRESHOLD
from kb.core.database import session_scope
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.evaluation.dataset import Dataset, Document, Judgements, Query, keep_documents
from kb.evaluation.judgement_metrics import Judgement
from kb.evaluation.ranking_metrics import Scores, score_rankings
from kb.evaluation.report import Certainty, Evaluation, Measured, Outcomes
from kb.evaluation.runner import Asked, ask, time_query
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.types import Audience, Outcome

TIMED_QUERIES = 200
_WARM_UP_QUERIES = 10
_SEED = 20_240_101

# Opens a display of progress for a stage that is named in words.
Stages = Callable[[str], AbstractContextManager[Progress]]


def evaluate(settings: Settings, dataset: Dataset, encoder: Encoder, stages: Stages) -> Evaluation:
    """Measure everything that the dataset allows. Vectors are kept in `KB_HOME/cache`; times are taken without it."""
    check_reranker(settings)
    cache = VectorCache(settings.home / "cache" / "vectors.sqlite3")
    try:
        caching = CachingEncoder(encoder, cache)
        with _open(settings, dataset.documents, caching, stages) as environment:
            return _evaluate_on(settings, dataset, encoder, caching, environment, stages)
    finally:
        cache.close()


def _evaluate_on(
    settings: Settings,
    dataset: Dataset,
    encoder: Encoder,
    caching: CachingEncoder,
    environment: EvaluationEnvironment,
    stages: Stages,
) -> Evaluation:
    asked = _ask(environment, [*dataset.queries, *dataset.unanswerable], caching, stages)
    overall = score_rankings({query.id: asked[query.id].documents for query in dataset.queries}, dataset.qrels)
    hits = dict(zip(overall.queries, overall.values["hit@1"] > 0, strict=True))
    searched = [q for q in (*dataset.queries, *dataset.unanswerable) if not q.context]
    spoken = [q for q in (*dataset.queries, *dataset.unanswerable) if q.context]
    unanswerable = frozenset(query.id for query in dataset.unanswerable)
    speak_model = load_intent_model(encoder.fingerprint)
    return Evaluation(
        measured=Measured(
            name=dataset.name,
            digest=dataset.digest,
            overall=overall,
            by_direction=_measure_directions(settings, dataset, caching, asked, stages),
            miss=_judge_misses(searched, asked, unanswerable),
            speak=_judge_speaking(spoken, asked, unanswerable),
        ),
        documents=len(dataset.documents),
        passages=environment.passages,
        languages=dataset.languages,
        unjudged=dataset.unjudged,
        confidence=_certainty(
            searched, asked, [hits.get(q.id, False) for q in searched], ("Confidence", "the best result answers")
        ),
        speaking=_certainty(
            spoken, asked, [q.id not in unanswerable for q in spoken], ("Probability", "a suggestion is welcome")
        ),
        outcomes=_count_outcomes(searched, asked, unanswerable, hits),
        miss_threshold=_searcher(environment, searched).unsure_from,
        speak_threshold=speak_model.threshold if speak_model else CUE_THRESHOLD,
        milliseconds=_time(environment, encoder, [*searched, *spoken], stages),
    )


@contextmanager
def _open(
    settings: Settings, documents: Sequence[Document], encoder: Encoder, stages: Stages, which: str = ""
) -> Iterator[EvaluationEnvironment]:
    with ExitStack() as stack:
        with stages(f"Indexing the documents{which}") as progress:
            environment = stack.enter_context(open_evaluation_environment(settings, documents, encoder, progress))
        yield environment


def _searcher(environment: EvaluationEnvironment, queries: Sequence[Query]) -> Searcher:
    """A rep's searcher for conversations, as at the desk; a customer's for searches."""
    return environment.runtime.searcher(Audience.REP if any(query.context for query in queries) else Audience.CUSTOMER)


def _ask(
    environment: EvaluationEnvironment, queries: Sequence[Query], encoder: Encoder, stages: Stages
) -> dict[str, Asked]:
    """Answers by query id. The order of the questions does not matter: no search changes another."""
    answers: dict[str, Asked] = {}
    with session_scope(environment.engine) as session, stages("Asking the questions") as progress:
        for some in ([q for q in queries if not q.context], [q for q in queries if q.context]):
            if some:
                answers |= ask(session, _searcher(environment, some), encoder, some, environment.document_ids, progress)
    return answers


def _measure_directions(
    settings: Settings, dataset: Dataset, encoder: Encoder, asked: Mapping[str, Asked], stages: Stages
) -> dict[str, Scores]:
    """Scores per "query language->document language", the corpus cut down to documents in the latter."""
    directions: dict[str, Scores] = {}
    for target in dataset.languages:
        documents = [d for d in dataset.documents if d.language == target]
        kept = {document.id for document in documents}
        groups = _judged_by_language(dataset, target, kept)
        if not groups:
            continue
        answers = asked
        if len(documents) < len(dataset.documents):
            with _open(settings, documents, encoder, stages, f" in {target}") as environment:
                wanted = [query for queries, _ in groups.values() for query in queries]
                answers = _ask(environment, wanted, encoder, stages)
        for language, (queries, qrels) in sorted(groups.items()):
            rankings = {query.id: answers[query.id].documents for query in queries}
            directions[f"{language}->{target}"] = score_rankings(rankings, qrels)
    return directions


def _judged_by_language(dataset: Dataset, target: str, kept: set[str]) -> dict[str, tuple[list[Query], Judgements]]:
    """Per query language the queries that documents in `target` answer, and the judgements of those."""
    qrels = keep_documents(dataset.qrels, kept)
    cross = qrels if dataset.cross is None else keep_documents(dataset.cross, kept)
    groups: dict[str, tuple[list[Query], Judgements]] = {}
    for query in dataset.queries:
        is_same = query.language.split("-")[0] == target.split("-")[0]
        judged = qrels if is_same else cross
        if query.id in judged:
            groups.setdefault(query.language, ([], judged))[0].append(query)
    return groups


def _judge_misses(
    queries: Sequence[Query], asked: Mapping[str, Asked], unanswerable: frozenset[str]
) -> Judgement | None:
    """Whether "we have no answer" is said where it is so. Being unsure is not saying so: results are shown."""
    if not any(query.id in unanswerable for query in queries):
        return None
    return Judgement.of(
        [(q.id, q.id in unanswerable, 1.0 - asked[q.id].probability, not asked[q.id].positive) for q in queries]
    )


def _judge_speaking(
    queries: Sequence[Query], asked: Mapping[str, Asked], unanswerable: frozenset[str]
) -> Judgement | None:
    """Whether assist speaks where the turn asks for something, and is silent elsewhere."""
    if not queries:
        return None
    return Judgement.of(
        [(q.id, q.id not in unanswerable, asked[q.id].probability, asked[q.id].positive) for q in queries]
    )


def _count_outcomes(
    queries: Sequence[Query], asked: Mapping[str, Asked], unanswerable: frozenset[str], hits: Mapping[str, bool]
) -> Outcomes | None:
    """What people were told, beside what was so; None without searches."""
    if not queries:
        return None
    counts = {
        kind: {outcome.value: 0 for outcome in Outcome} for kind in ("right_first", "wrong_first", "unanswerable")
    }
    for query in queries:
        kind = "unanswerable" if query.id in unanswerable else "right_first" if hits.get(query.id) else "wrong_first"
        outcome = asked[query.id].outcome
        assert outcome is not None, "only searches are counted"
        counts[kind][outcome.value] += 1
    return counts


def _certainty(
    queries: Sequence[Query], asked: Mapping[str, Asked], right: Sequence[bool], what: tuple[str, str]
) -> Certainty | None:
    if not queries:
        return None
    probabilities = np.array([asked[query.id].probability for query in queries], dtype=np.float64)
    return Certainty(probabilities, np.array(right, dtype=np.bool_), what)


def _time(
    environment: EvaluationEnvironment, encoder: Encoder, queries: Sequence[Query], stages: Stages
) -> list[float]:
    """Milliseconds of a sample of the queries, each encoded anew; the first few warm up and do not count."""
    runtime = environment.with_encoder(encoder)
    runtime.warm_up()
    random.Random(_SEED).shuffle(chosen := list(queries))
    warm_up = min(_WARM_UP_QUERIES, len(chosen) // 4)
    chosen = chosen[: TIMED_QUERIES + warm_up]
    times: list[float] = []
    with session_scope(environment.engine) as session, stages("Taking times") as progress:
        for query in chosen:
            audience = Audience.REP if query.context else Audience.CUSTOMER
            times.append(time_query(session, runtime.searcher(audience), runtime.encoder, query))
            progress(len(times), len(chosen))
    return times[warm_up:]
