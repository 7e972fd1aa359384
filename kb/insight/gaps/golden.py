"""What a change of one article does to the questions of all others: the installation's golden set, asked with and without it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.insight.wordings.questions import OwnQuestion, own_questions
from kb.search.altered_collection import AddedQuestion
from kb.search.encoding import Ids, Vectors
from kb.search.trying_out import MakeSearcher, Trial
from kb.search.types import Audience, Collection, CollectionName
from kb.tables import Article

# The questions nearest to what is added are those that it can take away; farther ones never change.
ASKED = 40
LOST_SHOWN = 5
MOST_POINTS = 1.0
_NO_IDS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Alteration:
    """The public collection as it would be. hidden: passages that are not there; added: passages more; shown: articles that are
    taken to be public."""

    hidden: Ids = field(default_factory=lambda: _NO_IDS)
    added: Sequence[AddedQuestion] = ()
    shown: Sequence[int] = ()


@dataclass(frozen=True)
class GoldenChange:
    """total: questions of the golden set; lost: those that find their article first without the change and not with it, each with
    its article's number."""

    total: int
    lost: Sequence[tuple[str, int]] = ()

    @property
    def points(self) -> float:
        """Of a hundred questions, how many are lost."""
        return 100 * len(self.lost) / self.total if self.total else 0.0

    @property
    def is_harmless(self) -> bool:
        return self.points <= MOST_POINTS

    def to_json(self) -> dict[str, Any]:
        lost = [{"question": text, "article": article} for text, article in self.lost[:LOST_SHOWN]]
        return {"total": self.total, "lost": len(self.lost), "points": round(self.points, 2), "examples": lost}


class GoldenSet:
    """The questions of public articles, tried out on the public collection as it is at this moment."""

    def __init__(self, session: Session, collections: Sequence[Collection], make_searcher: MakeSearcher) -> None:
        self.collection = next(one for one in collections if one.name is CollectionName.HELP)
        self.trial = Trial(session, [self.collection], Audience.CUSTOMER, make_searcher)
        public = select(Article.id).where(Article.status == "published", Article.audience == "public")
        self._public = np.array(list(session.scalars(public)), np.int64)
        self._questions = [one for one in own_questions(session) if one.collection is CollectionName.HELP]

    def visible(self, alteration: Alteration) -> Ids:
        return np.union1d(self._public, np.array(alteration.shown, np.int64))

    def change(self, vectors: Vectors, group: int, before: Alteration, after: Alteration) -> GoldenChange:
        """vectors: of what the change adds, (n, dimensions); group: of the article that is changed, whose own questions do not
        count."""
        others = [one for one in self._questions if one.group != group]
        nearest = self._nearest(others, vectors)
        self.trial.read_ahead(one.text for one in nearest)
        lost = [(one.text, one.article) for one in nearest if not self._finds(one, after) and self._finds(one, before)]
        return GoldenChange(len(others), lost)

    def _finds(self, question: OwnQuestion, alteration: Alteration) -> bool:
        name = CollectionName.HELP
        found = self.trial.ask(
            question.text,
            hidden={name: np.concatenate((question.passages, alteration.hidden))},
            added={name: alteration.added},
            visible=self.visible(alteration),
        )
        return found is not None and found.group == question.group

    def _nearest(self, questions: Sequence[OwnQuestion], vectors: Vectors) -> list[OwnQuestion]:
        if not questions or not len(vectors):
            return []
        own = self.collection.fetch(np.array([one.like for one in questions], np.int64)).vectors
        nearness = (own @ vectors.T).max(axis=1)
        return [questions[place] for place in np.argsort(-nearness, kind="stable")[:ASKED].tolist()]
