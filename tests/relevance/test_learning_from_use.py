"""Learning from use on the sample content, with the bundled encoder: golden questions as if customers had asked and voted."""

import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_index import SampleIndex
from settled import add_judged
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.insight.calibrating import recalibrate
from kb.insight.wordings import WordingsLearner
from kb.search.types import Audience, SearchAnswer
from kb.tables import Article, FeedbackKind, LearnedWording

pytestmark = pytest.mark.bundled

GOLDEN = [json.loads(line) for line in (Path(__file__).parent / "golden.jsonl").read_text("utf-8").splitlines()]
# Questions that become wordings: each is tried out by 150 searches.
LEARNED = 8


@dataclass
class Installation:
    settings: Settings
    engine: Engine
    runtime: SearchRuntime
    session: Session

    def ask(self, row: dict[str, Any]) -> SearchAnswer:
        searcher = self.runtime.searcher(Audience.CUSTOMER)
        return searcher.search(self.session, row["text"], reader_language=row["lang"].split("-")[0])

    def article(self, row: dict[str, Any]) -> Article:
        key, language = row["answers"][0], row["lang"].split("-")[0]
        chosen = select(Article).where(Article.translation_key == key, Article.language == language)
        return self.session.scalars(chosen).one()


@pytest.fixture
def installation(sample_index: SampleIndex, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the sample's, for the test alone."""
    with sample_index.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    home = tmp_path / "home"
    shutil.copytree(sample_index.settings.home, home, symlinks=True)
    settings = replace(sample_index.settings, home_text=str(home))
    engine = create_database_engine(settings)
    with sessionmaker(engine, expire_on_commit=False)() as session:
        yield Installation(settings, engine, SearchRuntime.open(settings, engine), session)
    engine.dispose()


def is_right(row: dict[str, Any], answer: SearchAnswer) -> bool:
    return bool(answer.results) and answer.results[0].url.rsplit("/", 1)[-1] in row["answers"]


def half(row: dict[str, Any]) -> int:
    return zlib.crc32(row["_id"].encode()) & 1


def test_questions_that_missed_are_found_once_learned_and_others_are_not_lost(installation: Installation) -> None:
    answerable = [row for row in GOLDEN if row["answers"]]
    before = {row["_id"]: is_right(row, installation.ask(row)) for row in answerable}
    missed = [row for row in answerable if not before[row["_id"]] and len(row["answers"]) == 1][:LEARNED]
    assert len(missed) == LEARNED
    for row in missed:
        for days in (1, 3):
            add_judged(installation.session, row["text"], installation.article(row), ago=timedelta(days=days))
    learner = WordingsLearner(
        installation.session,
        installation.runtime.encoder,
        installation.runtime.all_views(),
        installation.runtime.make_searcher,
        by_itself=True,
        region="IN",
        checkpoint=installation.session.commit,
        progress=lambda _done, _of: None,
    )
    learner.suggest()
    learned = {one.text: one for one in installation.session.scalars(select(LearnedWording))}
    applied = [row for row in missed if row["text"] in learned and learned[row["text"]].state == "applied"]
    assert len(applied) >= LEARNED // 2
    assert not any(one.replay["finds"] for one in learned.values())
    installation.runtime.update()
    after = {row["_id"]: is_right(row, installation.ask(row)) for row in answerable}
    assert all(after[row["_id"]] for row in applied)
    others = [row["_id"] for row in answerable if row not in missed]
    assert sum(after[one] for one in others) >= sum(before[one] for one in others) - 2


def test_calibration_of_half_of_the_searches_is_better_for_the_other_half(installation: Installation) -> None:
    session = installation.session
    tested = [row for row in GOLDEN if half(row)]
    shipped = loss(installation, tested)
    for row in GOLDEN:
        answer = installation.ask(row)
        if half(row) or not answer.results:
            continue
        first = answer.results[0].id
        if row["answers"]:
            add_judged(session, row["text"], installation.article(row), first=first)
        else:
            add_judged(session, row["text"], first, FeedbackKind.NOT_ANSWERED)
    stored = recalibrate(
        session,
        installation.runtime.base_calibration,
        installation.runtime.encoder.fingerprint,
        installation.runtime.all_views(),
        installation.runtime.make_searcher,
        checkpoint=session.commit,
        progress=lambda _done, _of: None,
    )
    session.commit()
    assert stored is not None
    told = stored.provenance["on_held_out"]
    if stored.state == "in_use":
        assert told["after"]["log_loss"] <= told["before"]["log_loss"] + 0.0001
        installation.runtime = SearchRuntime.open(installation.settings, installation.engine)
        assert loss(installation, tested) <= shipped + 0.01
    else:
        assert stored.state == "no_better"


def loss(installation: Installation, rows: list[dict[str, Any]]) -> float:
    """Mean log-loss of what is said of the first results."""
    losses = []
    for row in rows:
        answer = installation.ask(row)
        said = min(max(answer.confidence, 1e-4), 1 - 1e-4)
        losses.append(-np.log(said) if is_right(row, answer) else -np.log(1 - said))
    return float(np.mean(losses))
