"""Gaps of the sample shop: they come from searches that really have no answer, count nowhere else, and go again."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from content_factory import add_article
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.insight.gaps import collect_misses, list_gaps
from kb.insight.gaps.sample import remove_sample_searches, store_sample_searches
from kb.insight.numbers import has_searches
from kb.search.settled_searches import settled_queries
from kb.search.types import Audience, Outcome
from kb.tables import Gap, SearchEvent, utc_now
from kb.tables.search import SAMPLE
from webapp.shared.sample_shop import SAMPLE_SEARCHES

SUBJECTS = """
subjects:
  - name: answered
    asked: [[en, "how long does delivery to delhi take"]]
  - name: abroad
    asked: [[en, "zebra quartz vortex"], [en, "zebra quartz"]]
  - name: other
    asked: [[en, "lottery jackpot winner"]]
"""


@pytest.fixture
def runtime(settings: Settings, engine: Engine, session: Session) -> SearchRuntime:
    add_article(session, "How long does delivery to Delhi take", "Delivery to Delhi takes three days.")
    opened = SearchRuntime.open(Settings(**{**vars(settings), "answered_text": "0.3", "unsure_text": "0.2"}), engine)
    opened.update()
    return opened


def test_only_what_nothing_answers_becomes_gaps_and_counts_in_no_statistics(
    session: Session, runtime: SearchRuntime, tmp_path: Path
) -> None:
    path = tmp_path / "searches.yaml"
    path.write_text(SUBJECTS, "utf-8")
    searcher = runtime.searcher(Audience.CUSTOMER)
    answered = searcher.search(session, "how long does delivery to delhi take", reader_language="en")
    assert answered.outcome is Outcome.ANSWERED
    stored = store_sample_searches(session, path, searcher)
    session.commit()
    events = session.scalars(select(SearchEvent)).all()
    assert len(events) == stored >= 3 + 1 + 3
    assert {one.query for one in events} == {"zebra quartz vortex", "zebra quartz", "lottery jackpot winner"}
    assert {one.place for one in events} == {SAMPLE}
    assert all(one.visit and one.outcome != "answered" for one in events)
    assert not has_searches(session)
    assert settled_queries(session, now=datetime.now(UTC) + timedelta(hours=1)) == {}
    collect_misses(session, runtime.encoder)
    gaps = list_gaps(session)
    assert len(gaps) == 2
    assert all(set(gap.causes) == {"sample"} for gap in gaps)
    assert sum(gap.count for gap in gaps) == stored


def test_they_go_again_but_for_what_somebody_really_asked(
    session: Session, runtime: SearchRuntime, tmp_path: Path
) -> None:
    path = tmp_path / "searches.yaml"
    path.write_text(SUBJECTS, "utf-8")
    store_sample_searches(session, path, runtime.searcher(Audience.CUSTOMER))
    session.add(
        SearchEvent(
            public_id=str(uuid.uuid4()), place="help", audience="customer", query="quartz zebra", language="en",
            outcome="none", confidence=0.1, created_at=utc_now() - timedelta(minutes=5),
        )
    )  # fmt: skip
    session.commit()
    collect_misses(session, runtime.encoder)
    session.commit()
    assert len(list_gaps(session)) == 2
    assert remove_sample_searches(session) > 0
    session.commit()
    [gap] = list_gaps(session)
    assert (gap.label, gap.count, gap.causes) == ("quartz zebra", 1, {"no_answer": 1})
    assert session.scalars(select(Gap.id)).all() == [gap.id]
    assert has_searches(session)
    assert remove_sample_searches(session) == 0


def test_searches_of_the_sample_shop_are_in_three_languages_and_two_ways_of_writing(
    session: Session, runtime: SearchRuntime
) -> None:
    store_sample_searches(session, SAMPLE_SEARCHES, runtime.searcher(Audience.CUSTOMER))
    languages = set(session.scalars(select(SearchEvent.language).distinct()))
    assert {"en", "hi", "bn", "hi-Latn"} <= languages
