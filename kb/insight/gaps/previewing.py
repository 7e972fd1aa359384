"""What filling a gap would do: which of its questions would be answered, and what other articles would lose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from kb.insight.gaps.filling import wordings_for
from kb.insight.gaps.golden import Alteration, GoldenChange, GoldenSet
from kb.insight.gaps.questions import questions_of
from kb.insight.gaps.replay import NOT_ANSWERED, NOT_FOUND, TOP, is_enough
from kb.search.altered_collection import AddedQuestion
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder
from kb.search.types import CollectionName, Outcome
from kb.tables import Article

# Different questions that are tried out, the most asked ones.
MOST_TRIED = 50
# The passages that an article would have if it were published.
MakePassages = Callable[[Session, Encoder, Article], Sequence[AddedQuestion]]


@dataclass(frozen=True)
class PreviewedQuestion:
    """why: see `kb.insight.gaps.replay.ReplayedQuestion`."""

    query: str
    language: str
    before: str
    then: str
    why: str


@dataclass(frozen=True)
class Preview:
    """wordings: the questions that the article would get; different: how many questions the gap has."""

    questions: Sequence[PreviewedQuestion]
    different: int
    wordings: Sequence[str]
    golden: GoldenChange

    @property
    def passed(self) -> int:
        return sum(not question.why for question in self.questions)

    @property
    def would_close(self) -> bool:
        return is_enough(self.passed, len(self.questions)) and self.golden.is_harmless


def preview_fill(
    session: Session,
    encoder: Encoder,
    golden: GoldenSet,
    gap_id: int,
    article: Article,
    make_passages: MakePassages,
    *,
    region: str,
) -> Preview:
    """An article that is public would get the gap's questions; any other one would be published as it is.

    By the first stage alone, which the replay afterwards does not stop at.
    """
    is_public = article.status == "published" and article.audience == "public"
    wordings = wordings_for(session, gap_id, article, region=region) if is_public else []
    added: Sequence[AddedQuestion]
    group: int | None
    if is_public:
        group = golden.trial.group_of("article", article.id)
        vectors = encode_alternative_questions(encoder, wordings)
        added = [
            AddedQuestion(article.id, group or 0, article.language, text, vector)
            for text, vector in zip(wordings, vectors, strict=True)
        ]
    else:
        added = make_passages(session, encoder, article)
        group = added[0].group if added else None
    after = Alteration(added=added, shown=[article.id])
    asked, different = questions_of(session, gap_id, limit=MOST_TRIED)
    golden.trial.read_ahead(one.query for one in asked)
    questions = []
    for one in asked:
        looked = golden.trial.look(one.query, TOP, added={CollectionName.HELP: added}, visible=golden.visible(after))
        sure = looked.outcome is Outcome.ANSWERED
        why = NOT_FOUND if group not in looked.groups else "" if sure else NOT_ANSWERED
        questions.append(PreviewedQuestion(one.query, one.language, one.before, looked.outcome.value, why))
    rows = np.stack([one.vector for one in added]) if added else np.zeros((0, encoder.dimensions), np.float32)
    change = golden.change(rows, group if group is not None else -1, Alteration(), after)
    return Preview(questions, different, wordings, change)
