"""Asking a gap's questions again: it closes when all are answered, and only then."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from content_factory import add_article
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.encoders.opening import open_encoder
from indexer.runtime import SearchRuntime
from kb.core.errors import NotFoundError
from kb.core.settings import Settings
from kb.insight.gaps import collect_misses, list_gaps
from kb.insight.gaps.replay import replay_gap
from kb.search import query_embeddings
from kb.search.encoding import Encoder, QueryEmbedding
from kb.search.trying_out import Trial
from kb.search.types import Audience, Outcome
from kb.tables import Gap, SearchEvent, utc_now


@pytest.fixture
def runtime(settings: Settings, engine: Engine) -> SearchRuntime:
    # Whatever is found counts as an answer: what is tested here is the replay, not the confidence.
    return SearchRuntime.open(Settings(**{**vars(settings), "answered_text": "0", "unsure_text": "0"}), engine)


@pytest.fixture
def gap_of(session: Session, runtime: SearchRuntime) -> Callable[..., int]:
    def make(*queries: str) -> int:
        for query in queries:
            session.add(
                SearchEvent(
                    public_id=str(uuid.uuid4()), place="help", audience="customer", query=query, language="en",
                    outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=5),
                )
            )  # fmt: skip
        session.commit()
        collect_misses(session, runtime.encoder)
        session.commit()
        gaps = list_gaps(session)
        assert len(gaps) == 1
        return gaps[0].id

    return make


def test_a_gap_closes_when_all_its_questions_are_answered(
    session: Session, runtime: SearchRuntime, gap_of: Callable[..., int]
) -> None:
    gap = gap_of("delivery to nepal", "nepal delivery", "delivery to nepal")
    before = replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap)
    assert not before.closed
    assert session.get_one(Gap, gap).state == "open"
    add_article(session, "Delivery to Nepal", "We deliver to Nepal in ten days.")
    runtime.update()
    after = replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap)
    assert after.closed
    assert session.get_one(Gap, gap).state == "closed"
    assert [(q.query, q.before, q.now, q.title) for q in after.questions] == [
        ("delivery to nepal", "none", "answered", "Delivery to Nepal"),
        ("nepal delivery", "none", "answered", "Delivery to Nepal"),
    ]


def test_an_internal_article_closes_no_gap_of_customers(
    session: Session, runtime: SearchRuntime, gap_of: Callable[..., int]
) -> None:
    gap = gap_of("delivery to nepal")
    add_article(session, "Delivery to Nepal", "We deliver to Nepal in ten days.", audience="internal")
    runtime.update()
    assert not replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap).closed


def test_a_replay_is_no_search_and_an_unknown_gap_is_a_clear_error(
    session: Session, runtime: SearchRuntime, gap_of: Callable[..., int]
) -> None:
    gap = gap_of("delivery to nepal")
    counted = session.scalar(select(func.count()).select_from(SearchEvent))
    replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap)
    assert session.scalar(select(func.count()).select_from(SearchEvent)) == counted
    with pytest.raises(NotFoundError, match="There is no gap 77"):
        replay_gap(session, runtime.searcher(Audience.CUSTOMER), 77)


class _WatchedEncoder:
    """Notes in which threads single queries are encoded, and how often each."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.read: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def embed_query(self, text: str) -> QueryEmbedding:
        self.read.append((text, threading.current_thread().name))
        return self._encoder.embed_query(text)


def test_questions_are_encoded_ahead_each_by_itself_and_once_for_all_searches_of_a_process(
    session: Session, settings: Settings, engine: Engine, gap_of: Callable[..., int]
) -> None:
    questions = [f"delivery to nepal by {way} in {days} days" for way in ("truck", "train") for days in range(3, 9)]
    gap = gap_of(*questions, " ".join(["Delivery to nepal by truck in 3 days"] * 8))
    add_article(session, "Delivery to Nepal", "We deliver to Nepal in ten days.", also_asked=["parcel to nepal"])
    watched = _WatchedEncoder(open_encoder(settings))
    query_embeddings._kept.cache_clear()  # what another test has asked
    runtime = SearchRuntime.open(
        Settings(**{**vars(settings), "answered_text": "0", "unsure_text": "0"}), engine, cast(Encoder, watched)
    )
    runtime.update()
    watched.read.clear()
    before = replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap)
    assert {name.partition("_")[0] for _, name in watched.read} == {"encode"}
    texts = [text for text, _ in watched.read]
    assert len(texts) == len(set(texts)) > len(questions)
    watched.read.clear()
    trial = Trial(session, runtime.all_views()[:1], Audience.CUSTOMER, runtime.make_searcher)
    assert trial.look(questions[0], 3).outcome is Outcome.ANSWERED
    assert not watched.read
    assert [one.now for one in before.questions] == ["answered"] * len(before.questions)
