"""What nobody finds in practice is a gap: it is told to the gaps as one miss, marked as from training, that costs nothing.

Nobody: at least two people finished the case, and none of them opened the article or had it among the first three results.
"""

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.insight.training.cases import get_case
from kb.insight.training.scoring import Rating
from kb.search.types import Outcome
from kb.tables import CaseKind, SearchEvent, StepKind, TrainingAttempt, TrainingCase, TrainingStep
from kb.tables.search import TRAINING
from kb.text.sentences import split_sentences
from kb.text.words import find_words

LEAST_PEOPLE = 2
_LONGEST = 300
_TELLING = 4


def tell_if_lost(session: Session, case_id: int, *, now: datetime | None = None) -> SearchEvent | None:
    """Look after an exercise has ended. None where somebody found it, too few tried, or it was told already."""
    case = get_case(session, case_id)
    if case.kind != CaseKind.REPLAY or case.lost_at is not None:
        return None
    people, found, well = session.execute(
        select(
            func.count(func.distinct(TrainingAttempt.user_id)),
            func.count(TrainingAttempt.seconds_to_article),
            func.max(TrainingAttempt.rating),
        ).where(TrainingAttempt.case_id == case_id, TrainingAttempt.finished_at.is_not(None))
    ).one()
    # Where no article is known, a reply that says the same has found it somewhere.
    is_solved = found > 0 or (not case.documents and (well or 0) >= Rating.GOOD)
    if people < LEAST_PEOPLE or is_solved:
        return None
    return tell_gaps(session, case_id, now=now)


def tell_gaps(session: Session, case_id: int, *, now: datetime | None = None) -> SearchEvent:
    """As a search that nothing answered, in the customer's words. Raises InvalidInputError where it was told already."""
    case = get_case(session, case_id)
    if case.lost_at is not None:
        raise InvalidInputError("The gaps have this case already.")
    case.lost_at = now or utc_now()
    event = SearchEvent(
        public_id=str(uuid.uuid4()),
        created_at=case.lost_at,
        place=TRAINING,
        audience="rep",
        query=_question(session, case),
        language=case.language,
        reader_language=case.language.partition("-")[0],
        outcome=Outcome.NONE.value,
        confidence=0.0,
    )
    session.add(event)
    session.flush()
    return event


def _question(session: Session, case: TrainingCase) -> str:
    """What the customer asked, in their own first sentences; a bare title where that says more."""
    said = " ".join(turn["text"] for turn in case.turns if turn["role"] == "customer")
    sentences = [one for one in split_sentences(said) if len(find_words(one)) >= _TELLING]
    asked = next((one for one in sentences if one.rstrip().endswith("?")), sentences[0] if sentences else "")
    if asked:
        return asked[:_LONGEST]
    tried = session.scalar(
        select(TrainingStep.details)
        .join(TrainingAttempt, TrainingAttempt.id == TrainingStep.attempt_id)
        .where(TrainingAttempt.case_id == case.id, TrainingStep.kind == StepKind.SEARCH.value)
        .order_by(TrainingStep.id)
        .limit(1)
    )
    return str(tried["query"]) if tried else case.title[:_LONGEST]
