"""What the worker's job for gaps does, at once and as if some time had passed since the searches."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.insight.gaps import collect_misses, explain_gaps
from kb.tables import utc_now


def run_gap_job(settings: Settings, engine: Engine) -> None:
    runtime = SearchRuntime.open(settings, engine)
    with Session(engine, expire_on_commit=False) as session:
        later = utc_now() + timedelta(minutes=1)
        collect_misses(session, runtime.encoder, checkpoint=session.commit, now=later)
        explain_gaps(session, runtime.encoder, runtime.all_views(), checkpoint=session.commit)
