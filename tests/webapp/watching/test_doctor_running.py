"""`kb doctor` on what goes on: what is slow, waits, fails, by what the processes have counted and by the database."""

import json
import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.core.clock import utc_now
from kb.jobs import enqueue
from kb.tables import Delivery
from webapp.commands.doctor_running import _requests, _searches, in_words, look_at_work
from webapp.commands.running_figures import Samples, between, quantile

RunKb = Callable[..., tuple[int, str, str]]
_LIMITS = ("0.1", "1.0", "2.5", "+Inf")


def requests(route: str, counts: dict[str, int], *within: int) -> Samples:
    """Requests by status, and how many were within each of _LIMITS."""
    found = {
        ("kb_http_requests_total", frozenset({("route", route), ("method", "GET"), ("status", status)})): float(number)
        for status, number in counts.items()
    }
    found |= {
        ("kb_http_request_duration_seconds_bucket", frozenset({("route", route), ("le", limit)})): float(number)
        for limit, number in zip(_LIMITS, within, strict=True)
    }
    found[("kb_http_request_duration_seconds_count", frozenset({("route", route)}))] = float(within[-1])
    return found


def test_quantiles_are_reckoned_as_prometheus_does() -> None:
    samples = requests("/", {}, 50, 90, 100, 100)
    name = "kb_http_request_duration_seconds"
    assert quantile(samples, name, 0.5) == pytest.approx(0.1)
    assert quantile(samples, name, 0.7) == pytest.approx(0.1 + 0.9 / 2)
    assert quantile(samples, name, 0.95) == pytest.approx(1.75)
    assert math.isinf(quantile(requests("/", {}, 0, 0, 0, 10), name, 0.95))
    assert math.isnan(quantile({}, name, 0.95))
    assert quantile(samples | requests("/b", {}, 100, 100, 100, 100), name, 0.5, route="/b") == pytest.approx(0.05)


def test_what_was_counted_meanwhile_is_a_difference_also_after_a_new_start() -> None:
    before, after = requests("/", {"200": 90}, 1, 1, 1, 1), requests("/", {"200": 100, "500": 3}, 1, 1, 1, 1)
    found = {
        dict(labels)["status"]: value
        for (name, labels), value in between(before, after).items()
        if "status" in dict(labels)
    }
    assert found == {"200": 10, "500": 3}
    again = requests("/", {"200": 4}, 1, 1, 1, 1)
    key = next(key for key in again if key[0] == "kb_http_requests_total")
    assert between(after, again)[key] == 4


def test_a_slow_page_and_failing_ones_are_named() -> None:
    counted = requests("/studio/gaps", {"200": 95, "503": 5}, 10, 50, 100, 100)
    counted = {**counted, **requests("/help/", {"200": 900}, 900, 900, 900, 900)}
    found = {(state, subject): text for state, subject, text, remedy in _requests(counted, "since the start")}
    assert "/studio/gaps takes 2.4 s" in found["note", "Slow page"]
    assert ("wrong", "Errors") not in found  # 5 of 1,000
    failing = requests("/studio/gaps", {"200": 90, "503": 10}, 100, 100, 100, 100)
    told = {subject: text for _, subject, text, _ in _requests(failing, "in 60 seconds")}
    assert told["Errors"] == "10 of 100 in 60 seconds failed by our fault (10.0%): /studio/gaps (10)."


def test_a_slow_search_is_told_with_the_stage_that_takes_the_time() -> None:
    counted = {("kb_searches_total", frozenset({("place", "help"), ("outcome", "answered")})): 75.0}
    counted[("kb_searches_total", frozenset({("place", "help"), ("outcome", "none")}))] = 25.0
    for limit, number in (("0.1", 0.0), ("1.0", 100.0), ("+Inf", 100.0)):
        counted[("kb_search_duration_seconds_bucket", frozenset({("place", "help"), ("le", limit)}))] = number
    for stage, seconds in (("encode", 60.0), ("dense", 5.0), ("load", 10.0)):
        counted[("kb_search_stage_duration_seconds_sum", frozenset({("stage", stage)}))] = seconds
    ((state, subject, text, remedy),) = _searches(counted, "since the start")
    assert (state, subject) == ("note", "Slow search")
    assert "75% answered, 0% unsure, 25% none" in text
    assert "80% of the time is encode" in text
    assert "KB_WORKERS" in remedy


def test_what_waits_and_fails_is_told_with_what_to_type(
    session: Session, engine: Engine, run_job: Callable[..., object]
) -> None:
    assert {(state, subject) for state, subject, _, _ in look_at_work(engine)} == {("ok", "Jobs"), ("ok", "Customers")}
    run_job(fails=True)
    enqueue(session, "gaps", run_at=utc_now() - timedelta(minutes=20))
    talk = make_talk(session, ago=90)
    message = say(session, talk, "agent: Here it is.")
    message.delivery, message.send_at = Delivery.FAILED.value, None
    make_talk(session, ago=90, email="bo@example.com")
    session.commit()
    found = {(state, subject, remedy): text for state, subject, text, remedy in look_at_work(engine)}
    texts = " ".join(found.values())
    assert any(subject == "Jobs" and remedy == "kb jobs retry 1" for _, subject, remedy in found)
    assert "gaps wait, gaps for 20 min" in texts
    assert "1 were given up" in texts
    assert "the longest for 1 h 30 min" in texts


def test_the_command_tells_it_as_json_and_fails_where_something_is_wrong(
    run_kb: RunKb, run_job: Callable[..., object]
) -> None:
    run_job(fails=True)
    status, shown, _ = run_kb("doctor", "--json", "--seconds", "0")
    found = {one["subject"]: one for one in json.loads(shown) if one["state"] == "wrong"}
    assert status == 1
    assert found["Jobs"]["remedy"] == "kb jobs retry 1"
    assert any(one["subject"] == "Server" and one["remedy"] == "kb serve" for one in json.loads(shown))


@pytest.mark.parametrize(
    ("seconds", "words"), [(12, "12 s"), (300, "5 min"), (12_000, "3 h 20 min"), (300_000, "3 days")]
)
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
