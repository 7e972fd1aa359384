"""`kb worker`: takes jobs, one more beside that of `kb serve`, here or on another machine."""

import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import click

from kb.core.errors import KbError
from kb.core.logs import set_up_logs
from kb.core.settings import load_settings

if TYPE_CHECKING:
    from webapp.worker.tools import WorkerTools

# Seconds.
_WARM_UP_AFTER = 5.0

_NICE = 15


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when the process with this id is not the parent any more.")
def command(parent: int | None) -> None:
    """Run the jobs that requests ask for: indexing, gaps, imports, retention. Several may run at once, anywhere.

    Ctrl-C stops it: what is under way is given back, and another worker goes on with it.
    """
    from kb.jobs.worker import Worker
    from webapp.commands.console import open_database
    from webapp.shared.meters import observe_job
    from webapp.shared.sampling import keep_sampling, sample_connections
    from webapp.shared.traces import start_traces, stop_traces
    from webapp.worker.index_files import IndexFiles
    from webapp.worker.kinds import job_kinds
    from webapp.worker.tools import WorkerTools

    settings = load_settings()
    set_up_logs(settings)
    engine = open_database(settings)
    tools = WorkerTools(settings, engine)
    stopped = threading.Event()
    files = IndexFiles(tools, stopped)
    kinds = job_kinds(settings, engine, tools, may_index=files.is_ready)
    worker = Worker(engine, kinds, worker_name(), observe_job, stopped)
    start_traces("jobs", engine)
    keep_sampling("jobs", lambda: sample_connections(engine), worker.stop.is_set)
    # Beside a server on the same machine: who searches goes first.
    os.nice(_NICE)
    # At once, so that the first article after a start is found as soon as any other.
    threading.Thread(target=tools.load_encoder, name="load-encoder", daemon=True).start()

    def stop(*_: object) -> None:
        worker.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    threading.Thread(target=_warm_up, args=(tools, worker.stop), daemon=True).start()
    if parent is not None:
        threading.Thread(target=_watch_parent, args=(parent, worker.stop), daemon=True).start()
    else:
        click.echo("The worker takes jobs. Ctrl-C stops it.")
    files.start()
    worker.run()
    stop_traces()
    engine.dispose()


def worker_name() -> str:
    """Of this process, and of no other in the world for as long as a lease lasts."""
    return f"{socket.gethostname()}:{os.getpid()}:{time.time_ns() // 1_000_000 % 100_000_000}"


def _warm_up(tools: "WorkerTools", stop: threading.Event) -> None:
    """Load the model when the server beside it has started, or who publishes first would wait for it."""
    if stop.wait(_WARM_UP_AFTER):
        return
    try:
        tools.encoder.encode_queries(["warm"])
    except KbError as error:
        click.echo(f"kb: {error}", err=True)


def _watch_parent(parent: int, stop: threading.Event) -> None:
    # A server that was killed can stop nobody any more; its worker must not stay behind.
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
