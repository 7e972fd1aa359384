"""The job that plays a customer for a demonstration: one conversation of the sample, in real time."""

from functools import partial
from typing import Any

from kb.core.database import session_scope
from kb.core.errors import NotFoundError
from kb.jobs.kind import JobContext
from kb.service.sample import Script, play, read_scripts
from webapp.shared.sample_shop import SAMPLE_SCRIPTS
from webapp.worker.tools import WorkerTools

SIMULATION = "simulation"


def all_scripts() -> list[Script]:
    return read_scripts(SAMPLE_SCRIPTS)


def script_of(script_id: str) -> Script:
    """Raises NotFoundError where the sample has no such script."""
    for script in all_scripts():
        if script.id == script_id:
            return script
    raise NotFoundError(f"The sample has no script {script_id!r}.")


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Payload: script, conversation_id and, optionally, speed."""
    script = script_of(context.payload["script"])
    said = play(
        partial(session_scope, context.engine),
        context.payload["conversation_id"],
        script,
        region=tools.settings.phone_region,
        speed=context.payload.get("speed", 1.0),
        progress=context.progress,
    )
    return {"messages": said}
