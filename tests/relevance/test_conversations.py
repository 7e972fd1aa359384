"""Whole conversations of the test half: what is open at the end, and what answers it. Floors a little below what is reached."""

from pathlib import Path

import pytest
from sample_index import SampleIndex
from sqlalchemy import select

from kb.assist.suggestions import assist
from kb.core.database import session_scope
from kb.evaluation.conversations import Heard, hear, read_conversations, score_conversations
from kb.evaluation.judgement_metrics import Judgement, judgement_metrics
from kb.search.types import Audience
from kb.tables import Article

pytestmark = pytest.mark.bundled

HERE = Path(__file__).parent
# Reached: see docs/experiments/0026-open-questions.md, with what issue and ceiling of the search are.
RIGHT_FIRST, FOUND, SILENT, SPOKE, AUROC = 0.55, 0.56, 0.86, 0.78, 0.93


@pytest.fixture(scope="module")
def heard(sample_index: SampleIndex) -> list[Heard]:
    runtime = sample_index.open()
    searcher = runtime.searcher(Audience.REP)
    found = []
    with session_scope(sample_index.engine) as session:
        keys = {row.id: row.translation_key for row in session.execute(select(Article.id, Article.translation_key))}
        for conversation in read_conversations(HERE / "conversations.jsonl"):
            if conversation.part == "test":
                reader = conversation.language.split("-")[0].replace("mixed", "hi")
                answer = assist(session, conversation.turns, searcher, runtime.encoder, reader_language=reader)
                found.append(hear(conversation, answer, keys.__getitem__))
    return found


def test_an_open_question_is_answered_first_and_silence_is_kept_where_nothing_is_open(heard: list[Heard]) -> None:
    scores = score_conversations(heard)
    assert scores.right_first >= RIGHT_FIRST, scores
    assert scores.found >= FOUND, scores
    assert scores.silent >= SILENT, scores
    assert scores.spoke >= SPOKE, scores


def test_open_conversations_are_told_from_settled_ones(heard: list[Heard]) -> None:
    judgement = Judgement.of([(h.conversation.id, bool(h.conversation.open), h.probability, h.speak) for h in heard])
    auroc = judgement_metrics(judgement)["auroc"]
    assert auroc is not None
    assert auroc >= AUROC


def test_where_it_speaks_there_is_a_question_and_its_suggestions_are_the_first(heard: list[Heard]) -> None:
    assert all(bool(h.found) == h.speak for h in heard)
