"""One exercise, step by step: searches and what they found, what was opened, the reply, and what it is scored by.

Its searches are kept with it and are no searches of the installation: nothing is counted, learned or grouped from them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from kb.core.clock import utc_now
from kb.core.database import wait_for_turn
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.insight.training.cases import get_case, solving_articles
from kb.insight.training.likeness import PassageEncoder, compare_replies
from kb.insight.training.repeating import note_result
from kb.insight.training.scoring import Rating, find_article, rate_calm, rate_replay
from kb.insight.training.tone import judge_tone
from kb.privacy.redaction import redact
from kb.search.types import Result, SearchAnswer
from kb.tables import CaseKind, StepKind, TrainingAttempt, TrainingCase, TrainingStep
from kb.text.cleaning import clean_text

SHOWN = 8
MOST_STEPS = 200
LONGEST_REPLY, LONGEST_QUERY = 6_000, 500
# One that was begun so long ago is no exercise any more: another begins.
_STALE = timedelta(hours=12)
_LEAST_REPLY = 12


def start_attempt(session: Session, case_id: int, user_id: int, *, now: datetime | None = None) -> TrainingAttempt:
    """Begin, or go on with what was begun today. Raises NotFoundError, ConflictError for an excluded case."""
    now = now or utc_now()
    case = get_case(session, case_id)
    if case.excluded_at is not None:
        raise ConflictError("A trainer has taken this case out.", remedy="Choose another one.")
    wait_for_turn(session, f"exercise of {user_id}")
    begun = session.scalar(
        select(TrainingAttempt)
        .where(
            TrainingAttempt.case_id == case.id,
            TrainingAttempt.user_id == user_id,
            TrainingAttempt.finished_at.is_(None),
            TrainingAttempt.started_at > now - _STALE,
        )
        .order_by(TrainingAttempt.id.desc())
        .limit(1)
    )
    if begun is None:
        begun = TrainingAttempt(case_id=case.id, user_id=user_id, started_at=now)
        session.add(begun)
        session.flush()
    return begun


def get_attempt(session: Session, attempt_id: int) -> TrainingAttempt:
    """With its steps and its case: two statements. Raises NotFoundError."""
    options = (selectinload(TrainingAttempt.steps), selectinload(TrainingAttempt.case))
    found = session.get(TrainingAttempt, attempt_id, options=options)
    if found is None:
        raise NotFoundError("There is no such exercise.")
    return found


def own_attempt(session: Session, attempt_id: int, user_id: int) -> TrainingAttempt:
    """Raises NotFoundError for somebody else's, too."""
    found = get_attempt(session, attempt_id)
    if found.user_id != user_id:
        raise NotFoundError("There is no such exercise.")
    return found


def keep_reply(attempt: TrainingAttempt, text: str) -> None:
    """What is typed so far goes along with every step, so that nothing is lost. Raises ConflictError where it has ended."""
    _require_running(attempt)
    attempt.reply = clean_text(text)[:LONGEST_REPLY]


def visible_results(case: TrainingCase, results: Sequence[Result]) -> list[Result]:
    """Without the past ticket that is the case itself: it holds the answer."""
    hidden = case.documents_to_hide
    return [one for one in results if f"{one.kind}:{one.id}" not in hidden][:SHOWN]


def note_search(
    session: Session, attempt: TrainingAttempt, answer: SearchAnswer, *, region: str, now: datetime | None = None
) -> TrainingStep:
    """Keep a search with what it showed. Raises ConflictError where the exercise has ended."""
    _require_running(attempt)
    results = [_kept(one) for one in visible_results(attempt.case, answer.results)]
    outcome = answer.outcome.value if results else "none"
    query = redact(clean_text(answer.query), region=region)[:LONGEST_QUERY]
    return _add(session, attempt, StepKind.SEARCH, {"query": query, "outcome": outcome, "results": results}, now)


def note_opened(
    session: Session, attempt: TrainingAttempt, document: str, *, now: datetime | None = None
) -> TrainingStep:
    """Raises ConflictError where the exercise has ended, InvalidInputError for what none of its searches showed."""
    _require_running(attempt)
    shown = {
        one: result["title"]
        for step in attempt.steps
        if step.kind == StepKind.SEARCH
        for result in step.details["results"]
        for one in result["documents"]
    }
    if document not in shown:
        raise InvalidInputError("Open what a search of this exercise has found.")
    return _add(session, attempt, StepKind.OPEN, {"document": document, "title": shown[document]}, now)


def finish(
    session: Session,
    attempt: TrainingAttempt,
    encoder: PassageEncoder | None,
    *,
    region: str,
    gave_up: bool = False,
    now: datetime | None = None,
) -> Rating:
    """Score it and plan when it comes again. encoder: for a replay; None where the rep gives up.

    Raises ConflictError where it has ended already, InvalidInputError where nothing to speak of was written.
    """
    now = now or utc_now()
    _require_running(attempt)
    if not gave_up and len(attempt.reply.strip()) < _LEAST_REPLY:
        raise InvalidInputError("Write the reply first.", remedy="Or give up: then you see what was sent.")
    case = attempt.case
    # Nothing is written before the model has read it: others would wait for it to write.
    with session.no_autoflush:
        attempt.reply = redact(attempt.reply, region=region)
        if case.kind == CaseKind.CALM:
            rating = _score_calm(attempt, gave_up=gave_up)
        else:
            rating = _score_replay(session, attempt, encoder, gave_up=gave_up)
    _add(session, attempt, StepKind.GAVE_UP if gave_up else StepKind.ANSWER, {}, now)
    attempt.finished_at, attempt.gave_up, attempt.rating = now, gave_up, int(rating)
    note_result(session, attempt.user_id, case.id, rating, now=now)
    return rating


def _score_calm(attempt: TrainingAttempt, *, gave_up: bool) -> Rating:
    case = attempt.case
    remarks = [] if gave_up else judge_tone(attempt.reply, language=case.language, feeling=case.feeling)
    attempt.remarks = [one.to_json() for one in remarks]
    return rate_calm(len(remarks), sum(one.is_serious for one in remarks), gave_up=gave_up)


def _score_replay(
    session: Session, attempt: TrainingAttempt, encoder: PassageEncoder | None, *, gave_up: bool
) -> Rating:
    case = attempt.case
    solving = frozenset(f"article:{one.id}" for one in solving_articles(session, case))
    steps = ((one.kind, one.details, one.at) for one in attempt.steps)
    found = find_article(steps, solving, attempt.started_at)
    like = None
    if encoder is not None and not gave_up:
        like = compare_replies(encoder, case.reply, attempt.reply)
    attempt.seconds_to_article, attempt.best_rank = found.seconds, found.rank
    attempt.likeness = like.value if like else None
    attempt.said = [one.to_json() for one in like.sentences] if like else []
    return rate_replay(found, attempt.likeness, knows_article=bool(solving), gave_up=gave_up)


def attempts_on(session: Session, case_id: int) -> int:
    """How often somebody finished this case."""
    statement = select(func.count(TrainingAttempt.id)).where(
        TrainingAttempt.case_id == case_id, TrainingAttempt.finished_at.is_not(None)
    )
    return session.scalar(statement) or 0


def _kept(result: Result) -> dict[str, Any]:
    """documents: what it stands for; `solving` holds all languages of an article, so the one that is shown is enough."""
    return {
        "documents": [f"{result.kind}:{result.id}"],
        "kind": result.kind,
        "title": result.title,
        "language": result.language,
        "audience": result.audience,
        "snippet": result.snippet,
    }


def _add(
    session: Session, attempt: TrainingAttempt, kind: StepKind, details: dict[str, Any], now: datetime | None
) -> TrainingStep:
    if len(attempt.steps) >= MOST_STEPS:
        raise ConflictError("That is enough for one exercise.", remedy="Write the reply, or give up.")
    step = TrainingStep(kind=kind.value, details=details, at=now or utc_now())
    attempt.steps.append(step)
    session.flush()
    return step


def _require_running(attempt: TrainingAttempt) -> None:
    if attempt.finished_at is not None:
        raise ConflictError("This exercise has ended.", remedy="Begin it again to practise once more.")


def running_attempts(session: Session, *, limit: int, now: datetime | None = None) -> list[TrainingAttempt]:
    """Who practises now, the newest first, with case and person. Three statements."""
    statement = (
        select(TrainingAttempt)
        .where(TrainingAttempt.finished_at.is_(None), TrainingAttempt.started_at > (now or utc_now()) - _STALE)
        .order_by(TrainingAttempt.id.desc())
        .limit(limit)
        .options(selectinload(TrainingAttempt.case), selectinload(TrainingAttempt.user))
    )
    return list(session.scalars(statement))
