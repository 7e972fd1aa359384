"""What is counted and measured for Prometheus. `kb serve` sets PROMETHEUS_MULTIPROC_DIR, by which the figures of all its
processes, the worker's too, are added up.

Labels are names of ours (routes, places, stages, kinds), of which there are so many and no more; nothing of a person is one. What
can be read from the database or the disk is not counted here but read when it is asked for (webapp.shared.scraped).
"""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_JOB_SECONDS = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)

REQUESTS = Counter(
    "kb_http_requests_total", "Requests that were answered, by route, method and status", ("route", "method", "status")
)
REQUEST_SECONDS = Histogram(
    "kb_http_request_duration_seconds", "Time to the answer, by route", ("route",), buckets=_SECONDS
)
TURNED_AWAY = Counter(
    "kb_http_turned_away_total",
    "Requests that were not worked on: busy (too many waited), late (the body did not arrive)",
    ("reason",),
)
TURNS_REFUSED = Counter(
    "kb_http_turns_refused_total",
    "Of those that were busy: whose turn would have come too late, by urgency",
    ("urgency",),
)
TURN_SECONDS = Histogram(
    "kb_http_turn_seconds",
    "Time that requests waited for their turn, by urgency",
    ("urgency",),
    buckets=(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0),
)
IN_WORK = Gauge(
    "kb_http_requests_in_work", "Requests that have arrived and are not answered yet", multiprocess_mode="livesum"
)
STREAMS = Gauge("kb_live_streams", "Streams of live updates that are open", multiprocess_mode="livesum")
DATABASE_ERRORS = Counter("kb_database_errors_total", "Requests that failed because the database was busy or not there")

SEARCHES = Counter("kb_searches_total", "Searches by place and outcome", ("place", "outcome"))
SEARCH_SECONDS = Histogram("kb_search_duration_seconds", "Time of a search, by place", ("place",), buckets=_SECONDS)
STAGE_SECONDS = Histogram(
    "kb_search_stage_duration_seconds", "Time of the stages of a search", ("stage",), buckets=_SECONDS
)
RERANKED = Counter(
    "kb_reranked_total", "Searches that the re-ranker was asked for, by whether it had the time", ("result",)
)
COMPOSED = Counter("kb_composed_total", "Answers that a language model was to compose, by what came of it", ("result",))

JOB_RUNS = Counter(
    "kb_job_runs_total", "Runs of jobs by the worker of this server, by how they ended", ("kind", "result")
)
JOB_SECONDS = Histogram(
    "kb_job_duration_seconds", "Time of a run of a job by the worker of this server", ("kind",), buckets=_JOB_SECONDS
)
MAILS = Counter(
    "kb_mails_total",
    "Mails by the worker of this server: direction in (read from the mailbox) or out (replies), and what became of them",
    ("direction", "result"),
)

# Of each process, looked at every few seconds (webapp.shared.sampling).
STARTED = Gauge(
    "kb_process_started_timestamp_seconds",
    "When a process of this server began",
    ("role",),
    multiprocess_mode="liveall",
)
CONNECTIONS = Gauge(
    "kb_database_connections", "Connections to the database, in_use or idle", ("state",), multiprocess_mode="livesum"
)
MOST_CONNECTIONS = Gauge(
    "kb_database_connections_max", "Connections that the processes may have together", multiprocess_mode="livesum"
)
AFTERWARDS = Gauge(
    "kb_after_response_waiting",
    "Pieces of work behind answers, such as recording a search, that wait for the database",
    multiprocess_mode="livesum",
)
STALE = Gauge(
    "kb_index_stale",
    "1: a process answers from an older index, since the newest cannot be used; its log says why",
    multiprocess_mode="livemax",
)
UNSEEN = Gauge(
    "kb_index_unseen_changes",
    "Changes of the index that a process does not search yet, of the process with the most",
    multiprocess_mode="livemax",
)
LAG = Gauge(
    "kb_index_change_lag_seconds",
    "Age of the oldest change of the index that a process does not search yet; 0 where there is none",
    multiprocess_mode="livemax",
)
PASSAGES = Gauge(
    "kb_index_passages", "Passages that can be found, by collection", ("collection",), multiprocess_mode="livemin"
)


def observe_job(kind: str, result: str, seconds: float) -> None:
    """See kb.jobs.kind.RunEnded."""
    JOB_RUNS.labels(kind, result).inc()
    JOB_SECONDS.labels(kind).observe(seconds)
