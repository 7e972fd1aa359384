"""What `/metrics` says of the database, the queue and the processes; and that no label takes what somebody sends."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session
from talks import make_talk, say

from indexer.runtime import SearchRuntime
from kb.articles import parse_article, save_article
from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.figures import failing_jobs, job_figures
from kb.service.figures import outgoing_replies
from kb.tables import Article, Channel, Conversation, Delivery
from webapp.shared.database import engine_of
from webapp.shared.live import hub_of
from webapp.shared.runtime import lazy_runtime

Read = Callable[[], dict[tuple[str, frozenset[tuple[str, str]]], float]]
# Prometheus: lower case, of our own, with the unit at the end; of a counter `_total`.
_NAME = re.compile(r"kb_[a-z][a-z_]*[a-z]")


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


@pytest.fixture
def read(client: FlaskClient, scraper: dict[str, str]) -> Read:
    def read_all() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        text = client.get("/metrics", headers=scraper).text
        return {
            key(one.name, **one.labels): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }

    return read_all


def test_who_waits_is_told_by_channel_and_for_how_long(session: Session, read: Read) -> None:
    make_talk(session, channel=Channel.CHAT, ago=20)
    make_talk(session, channel=Channel.CHAT, ago=5, email="bo@example.com")
    make_talk(session, channel=Channel.EMAIL, ago=90, email="cy@example.com")
    answered = make_talk(session, channel=Channel.SMS, email="di@example.com")
    say(session, answered, "agent: Here it is.")
    session.commit()
    found = read()
    assert found[key("kb_customers_waiting", channel="chat")] == 2
    assert found[key("kb_customers_unassigned", channel="chat")] == 2
    assert found[key("kb_customer_wait_seconds", channel="chat")] == pytest.approx(1200, abs=60)
    assert found[key("kb_customer_wait_seconds", channel="email")] == pytest.approx(5400, abs=60)
    assert key("kb_customers_waiting", channel="sms") not in found


def test_jobs_are_told_by_kind_and_what_failed_lately(
    session: Session, read: Read, run_job: Callable[..., object], engine: Engine
) -> None:
    run_job(fails=True)
    now = utc_now()
    enqueue(session, "gaps", run_at=now - timedelta(minutes=3))
    enqueue(session, "numbers", run_at=now + timedelta(minutes=30))
    session.commit()
    found = read()
    assert found[key("kb_jobs", kind="work", state="failed")] == 1
    assert found[key("kb_jobs", kind="gaps", state="waiting")] == 1
    assert found[key("kb_jobs", kind="numbers", state="scheduled")] == 1
    assert found[key("kb_job_wait_seconds", kind="gaps")] == pytest.approx(180, abs=60)
    assert found[key("kb_job_wait_seconds", kind="numbers")] == 0
    assert found[key("kb_job_runs_total", kind="work", result="failed")] >= 1
    assert found[key("kb_job_duration_seconds_count", kind="work")] >= 1
    assert [(one.kind, one.error) for one in failing_jobs(session)] == [
        ("work", "ValueError: asha@example.com is none")
    ]
    # An hour later it is no news any more; and what went well since is not failing.
    assert {one.kind: one.failed for one in job_figures(session, now=now + timedelta(minutes=61))}.get("work", 0) == 0
    run_job()
    session.rollback()
    assert failing_jobs(session) == []


def test_replies_that_do_not_go_out_are_told(session: Session) -> None:
    talk = make_talk(session)
    message = say(session, talk, "agent: Here it is.")
    now = utc_now()
    message.delivery, message.send_at = Delivery.PENDING.value, now + timedelta(minutes=5)
    session.flush()
    assert outgoing_replies(session).waiting == 0
    message.first_tried_at = now - timedelta(minutes=10)  # tried in vain, and to be tried again
    session.flush()
    waits = outgoing_replies(session)
    assert (waits.waiting, waits.failed) == (1, 0)
    assert waits.oldest == pytest.approx(600, abs=60)
    message.delivery, message.send_at = Delivery.FAILED.value, None
    session.flush()
    assert (outgoing_replies(session).waiting, outgoing_replies(session).failed) == (0, 1)
    session.execute(update(Conversation).values(state="closed"))
    assert outgoing_replies(session).failed == 0


def test_how_far_the_index_is_behind_is_told(
    app: Flask, session: Session, read: Read, settings: Settings, engine: Engine
) -> None:
    runtime = lazy_runtime(app).get()
    found = read()
    assert found[key("kb_index_waiting_documents")] == 0
    assert key("kb_index_updated_timestamp_seconds") not in found
    source = parse_article("---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nIn five days.\n", "refunds.md")
    save_article(session, source, author="test")
    session.execute(update(Article).values(updated_at=utc_now() - timedelta(minutes=2)))
    session.commit()
    found = read()
    assert found[key("kb_index_waiting_documents")] == 1
    assert found[key("kb_index_wait_seconds")] == pytest.approx(120, abs=60)
    # Another process indexes it, and this one does not look.
    reader = runtime._reader
    reader._follower = object()  # type: ignore[assignment]
    other = SearchRuntime.open(settings, engine)
    other.update()
    found = read()
    assert found[key("kb_index_waiting_documents")] == 0
    assert found[key("kb_index_unseen_changes")] >= 1
    assert found[key("kb_index_change_lag_seconds")] > 0
    assert found[key("kb_index_passages", collection="help")] == 0
    reader._follower = None
    reader.look()
    found = read()
    assert (found[key("kb_index_unseen_changes")], found[key("kb_index_change_lag_seconds")]) == (0, 0)
    assert found[key("kb_index_passages", collection="help")] >= 1
    assert utc_now().timestamp() - found[key("kb_index_updated_timestamp_seconds")] < 60
    other.close()


@pytest.mark.sqlite_only(reason="connections are counted the same way")
def test_connections_streams_and_processes_are_told(app: Flask, read: Read) -> None:
    others = read().get(key("kb_live_streams"), 0)  # of other applications that this process has had
    stream = hub_of(app).stream()
    with engine_of(app).connect():
        found = read()
    assert found[key("kb_live_streams")] == others + 1
    assert found[key("kb_database_connections", state="in_use")] >= 1
    assert found[key("kb_database_connections_max")] >= found[key("kb_database_connections", state="in_use")]
    assert found[key("kb_processes", role="web")] == 1
    assert found[key("kb_process_resident_memory_bytes", role="web")] > 10_000_000
    stream.close()
    stream.close()
    assert read()[key("kb_live_streams")] == others


def test_figures_are_there_also_without_a_database(
    client: FlaskClient, scraper: dict[str, str], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    answer = client.get("/metrics", headers=scraper)
    assert answer.status_code == 200
    assert "kb_database_up 0.0" in answer.text
    assert "kb_http_requests_total" in answer.text
    assert "kb_customers_waiting" not in answer.text


@pytest.mark.sqlite_only(reason="labels are the same")
def test_no_label_takes_what_somebody_sends(client: FlaskClient, scraper: dict[str, str]) -> None:
    def routes() -> set[str]:
        return set(re.findall(r'route="([^"]*)"', client.get("/metrics", headers=scraper).text))

    of_others = routes()  # other applications that this process has had
    for number in range(30):
        client.open("/help/en/", method=f"INVENTED{number}")
        client.get(f"/nothing/{number}")
        client.get(f"/help/en/articles/never-there-{number}")
        client.get(f"/api/v1/search?q=invented{number}&lang=x{number}")
    text = client.get("/metrics", headers=scraper).text
    assert not re.search(r"invented|INVENTED|never-there|/nothing|x29", text)
    assert 'kb_http_requests_total{method="other",route="none",status="405"}' in text
    rules = {rule.rule for rule in client.application.url_map.iter_rules()} | {"none"}
    assert routes() - of_others <= rules


@pytest.mark.sqlite_only(reason="names are the same")
def test_names_are_as_prometheus_has_them(client: FlaskClient, scraper: dict[str, str]) -> None:
    families = list(text_string_to_metric_families(client.get("/metrics", headers=scraper).text))
    own = [family for family in families if family.name.startswith("kb_")]
    assert len(own) >= 40
    for family in own:
        assert _NAME.fullmatch(family.name), family.name
        assert family.documentation, family.name
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mb)$", family.name), family.name
    measured = [family.name for family in own if family.type == "histogram"]
    assert measured
    assert all(name.endswith("_seconds") for name in measured)
    assert len({family.name for family in families}) == len(families)
