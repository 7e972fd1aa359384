"""`kb doctor`'s look at what goes on: what is slow, what waits, what fails, by the figures of the servers that run here and by
the database. The alerts of deploy/prometheus/alerts.yml watch over the same things, with the same limits where both have one."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from kb.core.settings import Settings
from webapp.commands.doctor_channels import Found
from webapp.commands.figures_folder import figures_folders
from webapp.commands.running_figures import Samples, between, by_label, quantile, snapshot, total

# Seconds. A page, and a search, of which one in twenty takes longer is slow.
SLOW_PAGE, SLOW_SEARCH = 1.0, 0.5
# Of fewer requests nothing is said.
_FEW = 20
# Share of requests that fail by our own fault.
MANY_ERRORS = 0.01
# Seconds that work may wait: a job that is due, a reply, a change of the index.
LONG_JOB_WAIT, LONG_REPLY_WAIT, LONG_LAG = 300.0, 600.0, 10.0
_MOST_NAMED = 5
_WHERE = "docs/operations.md, section Watching"


def look_at_server(settings: Settings, seconds: float) -> Iterator[Found]:
    """By the figures of the processes. seconds: for how long they are watched; 0 for all since the start."""
    from webapp.shared.figure_files import processes

    folders = figures_folders(settings)
    running = {"web": 0, "jobs": 0}
    for folder in folders:
        for role, pids in processes(folder).items():
            running[role] += len(pids)
    if not running["web"]:
        yield "note", "Server", "none runs here, or it started a moment ago.", "kb serve"
        return
    text = f"{running['web']} web processes and {running['jobs']} workers run"
    if running["jobs"]:
        yield "ok", "Server", text, ""
    else:
        yield "wrong", "Server", text, "kb worker (the server starts its own again by itself; its log says why not)"
    counted, when = _watched(folders, seconds)
    yield from _requests(counted, when)
    yield from _searches(counted, when)
    yield from _following(snapshot(folders))


def look_at_work(engine: Engine) -> Iterator[Found]:
    """By the database: jobs, customers, replies, wherever the servers and workers run."""
    from kb.core.database import session_scope
    from kb.jobs.figures import failing_jobs, job_figures
    from kb.service.figures import outgoing_replies, waiting_customers

    with session_scope(engine) as session:
        failing, kinds = failing_jobs(session), job_figures(session)
        waiting, replies = waiting_customers(session), outgoing_replies(session)
    for one in failing[:_MOST_NAMED]:
        yield (
            "wrong",
            "Jobs",
            f"{one.kind} failed at {one.at:%Y-%m-%d %H:%M} UTC: {one.error}",
            f"kb jobs retry {one.job_id}",
        )
    if len(failing) > _MOST_NAMED:
        yield "wrong", "Jobs", f"{len(failing) - _MOST_NAMED} more have failed.", "kb jobs"
    late = [one for one in kinds if one.oldest_wait > LONG_JOB_WAIT]
    if late:
        longest = max(late, key=lambda one: one.oldest_wait)
        text = f"{', '.join(one.kind for one in late[:_MOST_NAMED])} wait, {longest.kind} for {in_words(longest.oldest_wait)}."
        yield "wrong", "Jobs", text, "kb serve or kb worker must run; what it is at: kb jobs"
    if not failing and not late:
        busy = sum(one.running for one in kinds)
        yield "ok", "Jobs", f"{busy} run, {sum(one.waiting for one in kinds)} wait, none has failed", ""
    if replies.failed:
        text = f"{replies.failed} were given up, and their customers wait."
        yield "wrong", "Replies", text, "Open them at /desk/inbox/ (they say why), and send them again"
    if replies.oldest > LONG_REPLY_WAIT:
        text = f"{replies.waiting} wait, the first for {in_words(replies.oldest)}."
        yield "wrong", "Replies", text, "See E-mail and Webhooks below; they are tried again by themselves"
    number = sum(one.customers for one in waiting)
    if number:
        longest_wait = max(one.longest for one in waiting)
        free = sum(one.unassigned for one in waiting)
        text = f"{number} wait, {free} of them with nobody, the longest for {in_words(longest_wait)}."
        yield "note", "Customers", text, "Somebody takes the next one at /desk/inbox/"
    else:
        yield "ok", "Customers", "nobody waits for an answer", ""


def _watched(folders: list[Path], seconds: float) -> tuple[Samples, str]:
    """What was counted, and over which time in words."""
    first = snapshot(folders)
    if seconds <= 0:
        return first, "since the start"
    time.sleep(seconds)
    return between(first, snapshot(folders)), f"in {seconds:g} seconds"


def _requests(counted: Samples, when: str) -> Iterator[Found]:
    number = total(counted, "kb_http_requests_total")
    failed = sum(
        value for status, value in by_label(counted, "kb_http_requests_total", "status").items() if status >= "500"
    )
    away = total(counted, "kb_http_turned_away_total")
    if number < _FEW:
        yield "ok", "Requests", f"{number:.0f} {when}: too few to say anything", ""
        return
    usual = quantile(counted, "kb_http_request_duration_seconds", 0.95)
    yield "ok", "Requests", f"{number:,.0f} {when}, 19 of 20 within {_duration(usual)}", ""
    if failed > number * MANY_ERRORS:
        share = f"{failed / number:.1%}"
        text = f"{failed:.0f} of {number:,.0f} {when} failed by our fault ({share}): {_worst_routes(counted)}."
        yield "wrong", "Errors", text, "The log has a line for each, with its request id and the reason"
    if away:
        text = f"{away:.0f} {when} were told to come again, since too many waited."
        yield "wrong", "Overload", text, "More KB_WORKERS (one a core) or another machine; " + _WHERE
    for route, count in by_label(counted, "kb_http_request_duration_seconds_count", "route").items():
        slow = quantile(counted, "kb_http_request_duration_seconds", 0.95, route=route)
        if count >= _FEW and slow > SLOW_PAGE:
            text = f"{route} takes {_duration(slow)} or longer for one in twenty ({count:.0f} {when})."
            yield "note", "Slow page", text, "KB_LOG_LEVEL=info logs how long each takes; " + _WHERE


def _worst_routes(counted: Samples) -> str:
    failed: dict[str, float] = {}
    for (name, labels), value in counted.items():
        told = dict(labels)
        if name == "kb_http_requests_total" and told["status"] >= "500" and value:
            failed[told["route"]] = failed.get(told["route"], 0.0) + value
    worst = sorted(failed, key=lambda route: -failed[route])[:3]
    return ", ".join(f"{route} ({failed[route]:.0f})" for route in worst)


def _searches(counted: Samples, when: str) -> Iterator[Found]:
    outcomes = by_label(counted, "kb_searches_total", "outcome")
    number = sum(outcomes.values())
    if number < _FEW:
        yield "ok", "Searches", f"{number:.0f} {when}: too few to say anything", ""
        return
    shares = ", ".join(f"{outcomes.get(name, 0) / number:.0%} {name}" for name in ("answered", "unsure", "none"))
    slow = quantile(counted, "kb_search_duration_seconds", 0.95)
    text = f"{number:,.0f} {when}: {shares}; 19 of 20 within {_duration(slow)}"
    if slow <= SLOW_SEARCH:
        yield "ok", "Searches", text, ""
        return
    stages = by_label(counted, "kb_search_stage_duration_seconds_sum", "stage")
    longest = max(stages, key=lambda stage: stages[stage])
    share = stages[longest] / (sum(stages.values()) or 1.0)
    remedy = {
        "encode": "Other work on these cores slows the encoder: fewer KB_WORKERS than cores, kb worker on another machine",
        "rerank": "A smaller KB_RERANKER_BUDGET_MS, or a smaller KB_RERANKER",
        "load": "The database answers slowly; see Database connections, and its own log",
    }.get(longest, _WHERE)
    yield "note", "Slow search", f"{text}. {share:.0%} of the time is {longest}.", remedy


def _following(now: Samples) -> Iterator[Found]:
    if total(now, "kb_index_stale"):
        text = "a process answers from an older index, since the newest cannot be used."
        yield "wrong", "Index in use", text, "Its log says why; kb index --verify"
    lag = total(now, "kb_index_change_lag_seconds")
    if lag > LONG_LAG:
        changes = total(now, "kb_index_unseen_changes")
        text = f"{changes:.0f} changes are not searched yet by a process, the oldest for {in_words(lag)}."
        yield "wrong", "Index in use", text, "Restart the server if this goes on; its log says what keeps it"


def in_words(seconds: float) -> str:
    """`4 min`, `3 h 20 min`."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"


def _duration(seconds: float) -> str:
    if math.isinf(seconds):
        return "more than 5 s"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
