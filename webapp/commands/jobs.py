"""`kb jobs`."""

import json as json_module
from typing import TYPE_CHECKING

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from kb.tables import Job

MOST_FINISHED = 20


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option(
    "--finished", type=click.IntRange(min=0), default=MOST_FINISHED, show_default=True, help="So many of what is over."
)
@click.pass_context
def command(context: click.Context, as_json: bool, finished: int) -> None:
    """What runs, what waits, what failed; then the last of what is done."""
    if context.invoked_subcommand is None:
        _show_list(as_json, finished)


@command.command()
@click.argument("job_id", metavar="ID", type=int)
def retry(job_id: int) -> None:
    """Run job ID again: one that failed, was cancelled, or waits for a later time."""
    from kb.core.database import session_scope
    from kb.jobs import retry_job
    from webapp.commands.console import open_database

    with session_scope(open_database(load_settings())) as session:
        job = retry_job(session, job_id)
        click.echo(f"Job {job.id} ({job.kind}) waits for a worker.")


@command.command()
@click.argument("job_id", metavar="ID", type=int)
def cancel(job_id: int) -> None:
    """Take job ID out of the queue, or stop it at its next step if it runs."""
    from kb.core.database import session_scope
    from kb.jobs import cancel_job
    from webapp.commands.console import open_database

    with session_scope(open_database(load_settings())) as session:
        job = cancel_job(session, job_id)
        stops = " at its next step" if job.cancel_requested else ""
        click.echo(f"Job {job.id} ({job.kind}) is cancelled{stops}.")


def _show_list(as_json: bool, finished: int) -> None:
    from rich.table import Table
    from sqlalchemy.orm import Session

    from kb.jobs import list_jobs
    from webapp.commands.console import open_database, out

    with Session(open_database(load_settings())) as session:
        jobs = list_jobs(session, finished=finished)
    if as_json:
        click.echo(json_module.dumps([_to_json(job) for job in jobs], ensure_ascii=False))
        return
    if not jobs:
        click.echo("No jobs: nothing runs, and nothing waits. They are run by: kb serve, or kb worker")
        return
    table = Table("id", "kind", "state", "attempt", "progress", "when (UTC)", "result or error", box=None)
    for job in jobs:
        progress = f"{job.done:,}/{job.total:,}" if job.total else ""
        when = job.finished_at or job.started_at or job.run_at
        what = job.error or _short(job.result)
        attempt = f"{job.attempts}/{job.max_attempts}" if job.attempts else ""
        name = f"{job.kind} {job.key}".strip()
        table.add_row(str(job.id), name, job.state, attempt, progress, f"{when:%Y-%m-%d %H:%M:%S}", what)
    out.print(table)


def _short(result: dict[str, object] | None) -> str:
    """The figures of a result, in one line."""
    return ", ".join(f"{name} {value}" for name, value in (result or {}).items() if value and isinstance(value, int))


def _to_json(job: "Job") -> dict[str, object]:
    times = {name: getattr(job, name) for name in ("run_at", "created_at", "started_at", "finished_at")}
    return {
        "id": job.id,
        "kind": job.kind,
        "key": job.key,
        "state": job.state,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "done": job.done,
        "total": job.total,
        "result": job.result,
        "error": job.error,
        "cancel_requested": job.cancel_requested,
        **{name: time.isoformat() if time else None for name, time in times.items()},
    }
