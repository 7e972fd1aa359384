"""What the job for the index does where the index in use is of another encoder."""

from content_factory import add_article
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from kb.core.settings import Settings
from kb.jobs.running import run_next
from kb.jobs.schedule import ask_where_wanted
from kb.tables import IndexBuild, Job
from webapp.worker.kinds import INDEX, job_kinds
from webapp.worker.tools import WorkerTools


class OtherEncoder(HashEncoder):
    fingerprint = "hash/other"


class OldTools(WorkerTools):
    """Those of a worker that was started before the encoder was changed."""

    _encoder = OtherEncoder()  # type: ignore[assignment]


def test_worker_with_another_encoder_leaves_the_index_as_it_is(settings: Settings, engine: Engine) -> None:
    with Session(engine) as session:
        add_article(session, "Clean a lamp", "Use a soft cloth.")
    right = job_kinds(settings, engine)
    ask_where_wanted(engine, right[INDEX])
    assert run_next(engine, right, "new", [INDEX])
    with Session(engine) as session:
        before = session.scalars(select(IndexBuild.fingerprint)).all()
        add_article(session, "Repair a lamp", "Use a screwdriver.")
    old = job_kinds(settings, engine, OldTools(settings, engine))
    ask_where_wanted(engine, old[INDEX])
    assert run_next(engine, old, "old", [INDEX])
    with Session(engine) as session:
        assert session.scalars(select(IndexBuild.fingerprint)).all() == before
        (job,) = session.scalars(select(Job).where(Job.state == "waiting"))
        assert "another encoder" in job.error
        job.run_at = job.created_at
        session.commit()
    assert run_next(engine, right, "new", [INDEX])
    with Session(engine) as session:
        assert {job.state for job in session.scalars(select(Job))} == {"done"}
