"""What is read at the moment in which `/metrics` is asked: from the database, from the disk, from the operating system. The same
whichever process is asked; on several machines the figures of the database are those of all."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from indexer.figures import index_figures
from kb.core.settings import Settings
from kb.jobs.figures import job_figures
from kb.service.figures import is_mailbox_failing, outgoing_replies, waiting_customers, webhook_calls
from kb.service.held_requests import count_held
from webapp.shared.figure_files import processes

Figures = Iterator[Metric]


class ScrapedFigures(Collector):
    """Asks when it is collected. Without a database it says so, and tells the rest."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings

    def collect(self) -> Figures:
        up = GaugeMetricFamily("kb_database_up", "1: the database answered; 0: it did not")
        took = GaugeMetricFamily("kb_database_answer_seconds", "How long the database took for its figures, just now")
        started = time.perf_counter()
        try:
            with Session(self._engine) as session:
                found = [metric for read in _FROM_DATABASE for metric in read(session)]
        except SQLAlchemyError:
            found = []
        up.add_metric([], bool(found))
        took.add_metric([], time.perf_counter() - started)
        yield up
        yield took
        yield from found
        yield from _held(self._settings)
        yield from _processes()


def _queue(session: Session) -> Figures:
    waiting = GaugeMetricFamily(
        "kb_customers_waiting", "Customers who wait for an answer, by channel", labels=["channel"]
    )
    free = GaugeMetricFamily(
        "kb_customers_unassigned", "Of those who wait: whom nobody has taken, by channel", labels=["channel"]
    )
    longest = GaugeMetricFamily(
        "kb_customer_wait_seconds", "How long the customer who waits longest has waited, by channel", labels=["channel"]
    )
    for one in waiting_customers(session):
        waiting.add_metric([one.channel], one.customers)
        free.add_metric([one.channel], one.unassigned)
        longest.add_metric([one.channel], one.longest)
    yield from (waiting, free, longest)


def _jobs(session: Session) -> Figures:
    jobs = GaugeMetricFamily(
        "kb_jobs",
        "Jobs by kind and state: waiting (due), scheduled (for later), running, failed (given up within an hour)",
        labels=["kind", "state"],
    )
    oldest = GaugeMetricFamily("kb_job_wait_seconds", "How long the first job of a kind has been due", labels=["kind"])
    longest = GaugeMetricFamily("kb_job_run_seconds", "How long a job of a kind has run", labels=["kind"])
    for one in job_figures(session):
        for state in ("waiting", "scheduled", "running", "failed"):
            jobs.add_metric([one.kind, state], getattr(one, state))
        oldest.add_metric([one.kind], one.oldest_wait)
        longest.add_metric([one.kind], one.longest_run)
    yield from (jobs, oldest, longest)


def _ways_out(session: Session) -> Figures:
    names = (
        ("replies", "Replies to customers", outgoing_replies),
        ("webhook_calls", "Calls of webhooks", webhook_calls),
    )
    for name, what, read in names:
        found = read(session)
        number = GaugeMetricFamily(f"kb_{name}", f"{what} that wait or were given up", labels=["state"])
        number.add_metric(["waiting"], found.waiting)
        number.add_metric(["failed"], found.failed)
        yield number
        wait = GaugeMetricFamily(f"kb_{name}_wait_seconds", f"{what}: how long the first that waits has waited")
        wait.add_metric([], found.oldest)
        yield wait
    failing = GaugeMetricFamily("kb_mailbox_failing", "1: the mailbox could not be read at the last try")
    failing.add_metric([], is_mailbox_failing(session))
    yield failing


def _index(session: Session) -> Figures:
    found = index_figures(session)
    waiting = GaugeMetricFamily("kb_index_waiting_documents", "Documents that have changed and are not indexed yet")
    waiting.add_metric([], found.waiting)
    wait = GaugeMetricFamily("kb_index_wait_seconds", "How long the first document that waits to be indexed has waited")
    wait.add_metric([], found.oldest)
    built = GaugeMetricFamily("kb_index_built_timestamp_seconds", "Since when this build of the index serves")
    last = GaugeMetricFamily("kb_index_updated_timestamp_seconds", "When a document was last added to the index")
    for metric, moment in ((built, found.built_at), (last, found.indexed_at)):
        if moment is not None:
            metric.add_metric([], _seconds(moment))
    yield from (waiting, wait, built, last)


_FROM_DATABASE: tuple[Callable[[Session], Figures], ...] = (_queue, _jobs, _ways_out, _index)


def _held(settings: Settings) -> Figures:
    held = GaugeMetricFamily(
        "kb_held_requests",
        "Requests of customers in files, because the database took nothing: waiting, or broken (to be read by hand)",
        labels=["state"],
    )
    waiting, broken = count_held(settings.home)
    held.add_metric(["waiting"], waiting)
    held.add_metric(["broken"], broken)
    yield held


def _processes() -> Figures:
    """Of the processes of this server, added up by role. Without /proc (on a Mac) only how many there are."""
    number = GaugeMetricFamily("kb_processes", "Processes of this server that run, by role", labels=["role"])
    cpu = CounterMetricFamily("kb_process_cpu_seconds", "Processor time of the processes that run", labels=["role"])
    memory = GaugeMetricFamily(
        "kb_process_resident_memory_bytes", "Resident memory; pages that are shared count each time", labels=["role"]
    )
    files = GaugeMetricFamily("kb_process_open_fds", "Open files", labels=["role"])
    of: dict[str, GaugeMetricFamily | CounterMetricFamily] = {
        "process_cpu_seconds_total": cpu,
        "process_resident_memory_bytes": memory,
        "process_open_fds": files,
    }
    for role, pids in processes().items():
        number.add_metric([role], len(pids))
        sums: dict[str, float] = {}
        for pid in pids:
            for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
                for one in metric.samples:
                    sums[one.name] = sums.get(one.name, 0.0) + one.value
        for name, family in of.items():
            if name in sums:
                family.add_metric([role], sums[name])
    yield from (number, cpu, memory, files)


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
