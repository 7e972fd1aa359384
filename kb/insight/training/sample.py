"""A few paths, cases and exercises of the sample shop, so that practice and training show something on the first visit.

Every row is marked as sample and goes with `kb sample remove`. Figures of exercises are invented, the same for everybody.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.training.announcing import line_of, version_of
from kb.insight.training.calm_cases import store_calm_cases
from kb.insight.training.scoring import Found, rate_calm, rate_replay
from kb.insight.training.turns import text_of_ticket
from kb.tables import (
    Announcement,
    Article,
    ArticleRevision,
    CaseKind,
    Ticket,
    TrainingAttempt,
    TrainingCase,
    TrainingComment,
    TrainingPath,
    TrainingPathCase,
)

_SEED, _WEEKS = 2017, 7
_COMMENT = "You searched for what they felt. Search for what they want: “refund cash on delivery” finds it at once."


def has_practised(session: Session) -> bool:
    """Whether anybody practises here already: then nothing is invented."""
    return session.scalar(select(exists().where(TrainingAttempt.id.is_not(None)))) or False


def store_sample_training(
    session: Session, path: Path, rep_ids: Sequence[int], trainer_id: int | None, *, region: str
) -> int:
    """Returns how many cases came in; what the content lacks is left out. The caller commits."""
    given: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    store_calm_cases(session)
    cases = {name: case for one in given["cases"] if (case := _case(session, one, region)) for name in [one["ticket"]]}
    written = session.scalars(select(TrainingCase).where(TrainingCase.kind == CaseKind.CALM.value)).all()
    by_name = {**cases, **{str(case.key): case for case in written}}
    for one in given["paths"]:
        made = TrainingPath(title=one["title"], topic=one["topic"], level=one["level"], is_sample=True)
        chosen = [by_name[name] for name in one["cases"] if name in by_name]
        made.steps = [TrainingPathCase(case_id=case.id, position=place) for place, case in enumerate(chosen, start=1)]
        if chosen:
            session.add(made)
    _exercises(session, list(cases.values()), written, rep_ids, trainer_id)
    for one in given["announcements"]:
        _announce(session, one)
    session.flush()
    return len(cases)


def remove_sample_training(session: Session) -> int:
    """How many cases went, with the exercises on them; invented exercises on written cases go, too. The caller commits."""
    session.flush()
    for table in (TrainingAttempt, TrainingPath, Announcement):
        session.execute(delete(table).where(table.is_sample).execution_options(synchronize_session=False))
    gone = session.execute(delete(TrainingCase).where(TrainingCase.is_sample).returning(TrainingCase.id))
    return len(gone.all())


def _case(session: Session, one: Mapping[str, Any], region: str) -> TrainingCase | None:
    ticket = session.scalar(select(Ticket).where(Ticket.external_id == one["ticket"], Ticket.status == "resolved"))
    article = session.scalar(select(Article).where(Article.translation_key == one["article"]).order_by(Article.id))
    if ticket is None or article is None:
        return None
    text = text_of_ticket(ticket, region=region)
    is_there = session.scalar(select(exists().where(TrainingCase.ticket_id == ticket.id)))
    if text is None or is_there:
        return None
    case = TrainingCase(
        kind=CaseKind.REPLAY.value,
        ticket_id=ticket.id,
        topic=article.topic,
        level=one["level"],
        language=text.language,
        title=text.title,
        turns=list(text.turns),
        reply=text.reply,
        documents=[f"article:{article.id}"],
        is_sample=True,
    )
    session.add(case)
    session.flush()
    return case


def _exercises(
    session: Session,
    cases: Sequence[TrainingCase],
    written: Sequence[TrainingCase],
    rep_ids: Sequence[int],
    trainer_id: int | None,
) -> None:
    """More each week, and better: what somebody learns."""
    chance, now = Random(_SEED), utc_now()
    last: TrainingAttempt | None = None
    for week in range(_WEEKS if cases else 0):
        grown = week / (_WEEKS - 1)
        for place, rep_id in enumerate(rep_ids):
            for _ in range(2 + chance.randint(0, 2) - place):
                at = now - timedelta(weeks=_WEEKS - 1 - week, hours=chance.randint(2, 60))
                last = _exercise(chance, chance.choice(cases), rep_id, grown)
                last.started_at, last.finished_at = at - timedelta(minutes=chance.randint(2, 9)), at
                session.add(last)
            if chance.random() < 0.5:
                calm = TrainingAttempt(case_id=chance.choice(list(written)).id, user_id=rep_id, is_sample=True)
                calm.rating = int(
                    rate_calm(chance.randint(0, 2), int(chance.random() > 0.4 + grown / 2), gave_up=False)
                )
                calm.started_at = calm.finished_at = now - timedelta(
                    weeks=_WEEKS - 1 - week, hours=chance.randint(2, 60)
                )
                session.add(calm)
    session.flush()
    if last is not None and trainer_id is not None:
        session.add(TrainingComment(attempt_id=last.id, user_id=trainer_id, text=_COMMENT))


def _exercise(chance: Random, case: TrainingCase, rep_id: int, grown: float) -> TrainingAttempt:
    is_found = chance.random() < 0.55 + 0.4 * grown
    seconds = chance.lognormvariate(4.6 - 0.8 * grown, 0.5) if is_found else None
    likeness = min(1.0, max(0.0, chance.gauss(0.5 + 0.25 * grown, 0.15)))
    rank = chance.choice((1, 1, 2, 3)) if is_found else None
    rating = rate_replay(Found(seconds, rank), likeness, knows_article=True, gave_up=False)
    return TrainingAttempt(
        case_id=case.id,
        user_id=rep_id,
        seconds_to_article=seconds,
        best_rank=rank,
        likeness=likeness,
        rating=int(rating),
        is_sample=True,
    )


def _announce(session: Session, one: Mapping[str, Any]) -> None:
    versions = []
    articles = session.scalars(
        select(Article)
        .where(Article.translation_key == one["article"], Article.status == "published")
        .order_by(Article.language != "en", Article.id)
    ).all()
    for article in articles:
        revision = session.scalar(
            select(ArticleRevision).where(
                ArticleRevision.article_id == article.id, ArticleRevision.number == article.revision
            )
        )
        if revision is not None:
            versions.append(version_of(article, None, revision, line_of(None, revision)))
    if versions:
        session.add(
            Announcement(
                article_id=articles[0].id,
                translation_key=one["article"],
                is_new=True,
                versions=versions,
                must_read=one["must_read"],
                told_at=utc_now() - timedelta(days=one["days_ago"]),
                is_sample=True,
            )
        )
