"""Searches of the sample shop that nothing answers, so that the page of gaps shows something on the first visit.

They are asked when they are stored: what is answered is left out, and what is kept has the outcome that it got. Each is marked by
its place, counts in no statistics of use, and goes with `kb sample remove`.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.gaps.costs import count_costs
from kb.insight.gaps.regrouping import refresh_gaps
from kb.search.searcher import Searcher
from kb.search.types import Outcome, SearchAnswer
from kb.tables import Gap, Miss, SearchEvent
from kb.tables.search import SAMPLE

_SEED, _DAYS, _SHOWN = 2019, 18, 5
# How often the first wording of a subject is asked, and each other one; the share of those who ask once more.
_FIRST, _OTHERS, _AGAIN = (3, 7), (1, 3), 0.25


def store_sample_searches(session: Session, path: Path, searcher: Searcher, *, now: datetime | None = None) -> int:
    """Returns how many came in. searcher: that of customers. The caller commits."""
    given: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    chance, at = Random(_SEED), now or utc_now()
    questions = [
        (place, language, text) for one in given["subjects"] for place, (language, text) in enumerate(one["asked"])
    ]
    searcher.read_ahead(text for _, _, text in questions)
    stored = 0
    for place, language, text in questions:
        reader = language.partition("-")[0]
        answer = searcher.search(session, text, reader_language=reader, limit=_SHOWN)
        times = chance.randint(*(_OTHERS if place else _FIRST))
        # The newer, the more: some subjects are rising.
        days = sorted(_DAYS * chance.random() ** 1.6 for _ in range(times))
        if answer.outcome is Outcome.ANSWERED:
            continue
        visit = _random_id(chance)
        for day in days:
            if chance.random() >= _AGAIN:
                visit = _random_id(chance)
            session.add(_event(answer, language, visit, _random_id(chance), at - timedelta(days=day, hours=1)))
        stored += times
    session.flush()
    return stored


def remove_sample_searches(session: Session) -> int:
    """How many went, with the gaps that nobody else has asked about. The caller commits."""
    of_sample = select(SearchEvent.id).where(SearchEvent.place == SAMPLE)
    gaps = set(session.scalars(select(Miss.gap_id).where(Miss.event_id.in_(of_sample)).distinct()))
    gone = session.execute(delete(SearchEvent).where(SearchEvent.place == SAMPLE).returning(SearchEvent.id)).all()
    is_asked = exists().where(Miss.gap_id == Gap.id)
    empty = delete(Gap).where(Gap.id.in_(gaps), ~is_asked).returning(Gap.id)
    kept = gaps - set(session.scalars(empty.execution_options(synchronize_session=False)))
    session.expire_all()
    if kept:
        refresh_gaps(session, kept)
        count_costs(session)
    return len(gone)


def _event(answer: SearchAnswer, language: str, visit: str, public_id: str, at: datetime) -> SearchEvent:
    return SearchEvent(
        public_id=public_id,
        created_at=at,
        place=SAMPLE,
        audience="customer",
        visit=visit,
        query=answer.query,
        language=answer.language,
        reader_language=language.partition("-")[0],
        outcome=answer.outcome.value,
        confidence=answer.confidence,
        results=[f"{result.kind}:{result.id}" for result in answer.results],
    )


def _random_id(chance: Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
