"""The job that reads what customers say, groups it into themes and sends the answers to those who raised them."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.question_groups import group_questions
from kb.insight.voice.collecting import collect_voice, encode_anew, has_something_new
from kb.insight.voice.editing import note_answered
from kb.insight.voice.judging import load_model
from kb.insight.voice.themes import group_themes, has_ungrouped
from kb.jobs.kind import JobContext
from kb.service.voice_answers import has_unsent_answers, send_answers
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Stopped at any time, it goes on where it was. The model is loaded only if there is something to read."""
    found = {"answers": 0, "answered": 0, "kept": 0, "moved": 0}
    with Session(tools.engine, expire_on_commit=False) as session:
        if has_unsent_answers(session):
            found["answers"] = send_answers(session, checkpoint=session.commit)
        found["answered"] = note_answered(session)
        session.commit()
        if has_something_new(session) or has_ungrouped(session):
            session.rollback()
            found |= _read(tools, session, context)
    return found if any(found.values()) else None


def _read(tools: WorkerTools, session: Session, context: JobContext) -> dict[str, int]:
    """Nothing is read where the weights are of another encoder: what was said waits until they fit."""
    encoder = tools.encoder
    model = load_model(encoder.fingerprint)
    if model is None:
        return {}
    encode_anew(session, encoder, session.commit)
    kept = collect_voice(
        session,
        encoder,
        model,
        region=tools.settings.phone_region,
        checkpoint=session.commit,
        progress=context.progress,
    )
    moved = 0
    if kept or has_ungrouped(session):
        moved = group_themes(session, encoder.fingerprint, group_questions, checkpoint=session.commit)
    note_answered(session)
    session.commit()
    return {"kept": kept, "moved": moved}
