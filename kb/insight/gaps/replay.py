"""Ask a gap's questions again: the proof that what was written answers them, and takes nothing from other articles."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.insight.gaps.editing import change_state
from kb.insight.gaps.fills import LINKED, last_fill
from kb.insight.gaps.golden import Alteration, GoldenChange, GoldenSet
from kb.insight.gaps.listing import get_gap
from kb.insight.gaps.questions import questions_of
from kb.search.encoding import Ids
from kb.search.searcher import Searcher
from kb.search.types import ALTERNATIVE_QUESTIONS, Outcome
from kb.tables import Article, GapState
from kb.text.terms import normalise

# A gap closes if this share of its questions finds the article among so many first results, and the search is sure.
ENOUGH, TOP = 0.8, 3
# Different questions that are asked, the most asked ones.
MOST_QUESTIONS = 200
NOT_ANSWERED, NOT_FOUND = "not_answered", "not_found"


@dataclass(frozen=True)
class ReplayedQuestion:
    """A question of the gap, what it got when it was missed, and what it gets now. why: "" where it finds the article and is
    answered, NOT_FOUND where the article is not among the first results, NOT_ANSWERED where the search is not sure."""

    query: str
    language: str
    before: str
    now: str
    confidence: float
    title: str
    url: str
    why: str


@dataclass(frozen=True)
class Replay:
    """closed: enough questions are answered now and the golden set does not lose by it; article_id: what answers them, None where
    nothing does; golden: None where nothing has changed that others could lose by; different: how many questions there are,
    of which the most asked were tried."""

    gap_id: int
    label: str
    closed: bool
    questions: list[ReplayedQuestion]
    article_id: int | None = None
    golden: GoldenChange | None = None
    different: int = 0

    @property
    def passed(self) -> int:
        return sum(not question.why for question in self.questions)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.gap_id,
            "label": self.label,
            "closed": self.closed,
            "questions": [vars(question) for question in self.questions],
            "article": self.article_id,
            "passed": self.passed,
            "different": self.different,
            "golden": self.golden.to_json() if self.golden else None,
        }


def is_enough(passed: int, asked: int) -> bool:
    return asked > 0 and passed >= ENOUGH * asked


def replay_gap(session: Session, searcher: Searcher, gap_id: int, *, golden: GoldenSet | None = None) -> Replay:
    """Ask the different questions of the gap as a customer would. It closes only if `ENOUGH` of them find one article among the
    first `TOP` and are answered, and the golden set loses no more than a point by what was written.

    The article is the one that the gap was filled with, else the one that most of them find. Raises NotFoundError. Nothing is
    recorded as a search: nobody asked.
    """
    gap = get_gap(session, gap_id)
    asked, different = questions_of(session, gap_id, limit=MOST_QUESTIONS)
    searcher.read_ahead(one.query for one in asked)
    answers = [searcher.search(session, one.query, reader_language=one.reader_language, limit=TOP) for one in asked]
    keys = _keys(session, {result.id for answer in answers for result in answer.results if result.kind == "article"})
    found = [
        [keys.get(result.id, "") if result.kind == "article" else "" for result in answer.results] for answer in answers
    ]
    fill = last_fill(session, gap_id)
    filled = session.get(Article, fill.article_id) if fill else None
    answered = [answer.outcome is Outcome.ANSWERED for answer in answers]
    sure_of = [of for of, sure in zip(found, answered, strict=True) if sure]
    most = Counter(key for of in sure_of or found for key in of if key).most_common(1)
    key = filled.translation_key if filled and filled.status == "published" else most[0][0] if most else ""
    questions = []
    for one, answer, of, sure in zip(asked, answers, found, answered, strict=True):
        shown = of.index(key) if key and key in of else None
        best = answer.results[shown or 0] if answer.results else None
        questions.append(
            ReplayedQuestion(
                query=one.query,
                language=one.language,
                before=one.before,
                now=answer.outcome.value,
                confidence=round(answer.confidence, 4),
                title=best.title if best else "",
                url=best.url if best else "",
                why=NOT_FOUND if shown is None else "" if sure else NOT_ANSWERED,
            )
        )
    article = filled if filled and filled.translation_key == key else _article_of(session, key, answers)
    change = None
    if golden is not None and article is not None and (article is filled or article.created_at >= gap.created_at):
        change = _golden_change(
            golden, article, fill.wordings if article is filled and fill and fill.way == LINKED else None
        )
    passed = sum(not question.why for question in questions)
    closed = is_enough(passed, len(questions)) and (change is None or change.is_harmless)
    if closed and gap.state != GapState.CLOSED:
        change_state(session, gap_id, GapState.CLOSED, user_id=None, article_id=article.id if article else None)
    return Replay(gap.id, gap.label, closed, questions, article.id if article else None, change, different)


def _keys(session: Session, ids: set[int]) -> dict[int, str]:
    """The translation keys of articles."""
    rows = session.execute(select(Article.id, Article.translation_key).where(Article.id.in_(ids)))
    return {number: key for number, key in rows}  # noqa: C416  # rows are no pairs for mypy


def _article_of(session: Session, key: str, answers: Sequence[Any]) -> Article | None:
    """The version that was shown most often."""
    if not key:
        return None
    versions = {one.id: one for one in session.scalars(select(Article).where(Article.translation_key == key))}
    shown = Counter(result.id for answer in answers for result in answer.results if result.id in versions)
    return versions[shown.most_common(1)[0][0]] if shown else None


def _golden_change(golden: GoldenSet, article: Article, wordings: Sequence[str] | None) -> GoldenChange | None:
    """What others lose by `wordings` where an article was linked, else by the whole article, which was written for the gap."""
    columns = golden.collection.fetch(documents=[article.id])
    if not len(columns.ids):
        return None
    new: Ids = columns.ids
    if wordings is not None:
        added = {normalise(text) for text in wordings}
        is_new = [
            part == ALTERNATIVE_QUESTIONS and text is not None and normalise(text.text) in added
            for part, text in zip(columns.facts.parts.tolist(), columns.texts, strict=True)
        ]
        new = columns.ids[np.array(is_new, np.bool_)]
    if not len(new):
        return None
    vectors = golden.collection.fetch(new).vectors
    return golden.change(vectors, int(columns.facts.groups[0]), Alteration(hidden=new), Alteration())
