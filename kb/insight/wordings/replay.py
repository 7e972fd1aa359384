"""Trying a wording out before it is searched: do the other wordings of other articles still find their article first?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from kb.insight.wordings.questions import own_questions
from kb.search.altered_collection import AddedQuestion
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder, Vectors
from kb.search.trying_out import Found, MakeSearcher, Trial
from kb.search.types import Audience, Collection, CollectionName
from kb.tables import Article

# The questions that are nearest to a wording are those that it can take away; farther ones never change.
ASKED = 150
LOST_SHOWN = 5
_ARTICLES = {
    Audience.CUSTOMER: (CollectionName.HELP,),
    Audience.REP: (CollectionName.HELP, CollectionName.INTERNAL),
}


@dataclass(frozen=True)
class Replayed:
    """asked: questions of other articles; before, after: how many found their article first without and with the wording; lost:
    some that did before and do not any more, with their article's number; finds: whether the wording itself found its article
    first before; own_before, own_after: the same of the article's own other wordings."""

    asked: int
    before: int
    after: int
    finds: bool
    own_before: int
    own_after: int
    lost: Sequence[tuple[str, int]] = field(default=())

    @property
    def is_harmless(self) -> bool:
        return self.after >= self.before

    def to_json(self) -> dict[str, Any]:
        lost = [{"question": text, "article": article} for text, article in self.lost]
        return {name: getattr(self, name) for name in _FIGURES} | {"lost": lost}


_FIGURES = ("asked", "before", "after", "finds", "own_before", "own_after")


class Replay:
    """Tries wordings out on the collections as they are now. What a question finds without any is looked up once."""

    def __init__(
        self, session: Session, encoder: Encoder, collections: Sequence[Collection], make_searcher: MakeSearcher
    ) -> None:
        self._encoder = encoder
        self._trials = {
            audience: Trial(session, [one for one in collections if one.name in names], audience, make_searcher)
            for audience, names in _ARTICLES.items()
        }
        self._questions = own_questions(session)
        self._vectors = self._read(collections)
        self._before: dict[tuple[Audience, int], int | None] = {}

    def try_out(self, article: Article, text: str) -> Replayed | None:
        """What searching `text` with this published article would do; None where the article is not indexed (yet)."""
        audience = Audience.REP if article.audience == "internal" else Audience.CUSTOMER
        name = CollectionName.INTERNAL if article.audience == "internal" else CollectionName.HELP
        trial = self._trials[audience]
        group = trial.group_of("article", article.id)
        if group is None:
            return None
        vector = encode_alternative_questions(self._encoder, [text])[0]
        added = {name: [AddedQuestion(article.id, group, article.language, text, vector)]}
        before = after = asked = own_before = own_after = 0
        lost = []
        for number in self._nearest(vector, audience):
            question = self._questions[number]
            was = self._first_before(trial, audience, number) == question.group
            now = _group(trial.ask(question.text, hidden=question.hidden, added=added)) == question.group
            if question.group == group:
                own_before, own_after = own_before + was, own_after + now
                continue
            asked, before, after = asked + 1, before + was, after + now
            if was and not now:
                lost.append((question.text, question.article))
        finds = _group(trial.ask(text)) == group
        return Replayed(asked, before, after, finds, own_before, own_after, lost[:LOST_SHOWN])

    def _first_before(self, trial: Trial, audience: Audience, number: int) -> int | None:
        key = audience, number
        if key not in self._before:
            question = self._questions[number]
            self._before[key] = _group(trial.ask(question.text, hidden=question.hidden))
        return self._before[key]

    def _nearest(self, vector: Vectors, audience: Audience) -> list[int]:
        names = _ARTICLES[audience]
        seen = [number for number, question in enumerate(self._questions) if question.collection in names]
        cosines = self._vectors[seen] @ vector
        return [seen[place] for place in np.argsort(-cosines, kind="stable")[:ASKED].tolist()]

    def _read(self, collections: Sequence[Collection]) -> Vectors:
        """The stored vectors of the questions, (questions, dimensions)."""
        vectors = np.zeros((len(self._questions), self._encoder.dimensions), np.float32)
        for collection in collections:
            rows = [row for row, question in enumerate(self._questions) if question.collection is collection.name]
            if rows:
                ids = np.array([self._questions[row].like for row in rows], np.int64)
                vectors[rows] = collection.fetch(ids).vectors
        return vectors


def _group(found: Found | None) -> int | None:
    return None if found is None else found.group
