"""Traces: off they are not there at all; on, somebody else's collector gets spans by OTLP, with nothing of a person in them."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from trace_receiver import Received, TraceReceiver

from kb.articles import parse_article, save_article
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.core.tracing import span
from webapp.shared.trace_settings import wants_traces
from webapp.shared.traces import start_traces, stop_traces

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
STAGES = {"search encode", "search dense", "search lexical", "search rank", "search load"}
# Not of a customer here: the log of tests shows what errors say.
QUOTED = "Bikash stands in an error"
QUESTION = "asha@example.com asks where the refund for 98300 12345 is"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[TraceReceiver]:
    with TraceReceiver().running() as receiver:
        monkeypatch.setenv(ENDPOINT, receiver.address)
        yield receiver
        stop_traces()


def one_of(spans: list[Received], name: str) -> Received:
    (found,) = [span for span in spans if span.name == name]
    return found


def test_a_search_is_a_request_with_its_stages_and_statements(
    app: Flask, engine: Engine, session: Session, receiver: TraceReceiver
) -> None:
    source = parse_article("---\ntitle: Refunds\nslug: refunds\nstatus: published\n---\nIn five days.\n", "refunds.md")
    save_article(session, source, author="test")
    session.commit()
    start_traces("web", engine)
    outer = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    asked = {"traceparent": outer, "X-Request-Id": "0123456789abcdef"}
    app.test_client().get("/api/v1/search", query_string={"q": QUESTION}, headers=asked)
    stop_traces()
    request = one_of(receiver.spans, "GET /api/v1/search")
    assert (request.trace, request.parent) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert request.attributes["http.route"] == "/api/v1/search"
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["kb.request_id"] == "0123456789abcdef"
    assert request.attributes["kb.sql.statements"] >= 1
    assert 0 < request.attributes["kb.sql.seconds"] < request.seconds
    assert request.resource["service.name"] == "kb-assist"
    stages = [span for span in receiver.spans if span.parent == request.span]
    assert {span.name for span in stages} >= STAGES
    assert sum(span.seconds for span in stages) <= request.seconds


def test_a_job_is_a_span_and_its_failure_is_told_by_its_kind(
    engine: Engine, receiver: TraceReceiver, run_job: Callable[..., object]
) -> None:
    start_traces("jobs", engine)
    run_job()
    run_job(fails=True)
    stop_traces()
    well, failed = (span for span in receiver.spans if span.name == "job work")
    assert (well.attributes["kb.job_ended"], failed.attributes["kb.job_ended"]) == ("done", "failed")
    assert well.attributes["kb.job_kind"] == "work"
    assert well.resource["kb.role"] == "jobs"
    assert b"asha" not in b"".join(receiver.bodies)


def test_an_error_is_told_by_its_kind_and_nothing_of_a_person_is_sent(
    app: Flask, engine: Engine, receiver: TraceReceiver
) -> None:
    start_traces("web", engine)

    def breaks() -> str:
        with span("inner"):
            raise ValueError(QUOTED)

    app.view_functions["health.healthz"] = breaks
    client = app.test_client()
    assert client.get("/healthz").status_code == 500
    client.get("/help/en/search", query_string={"q": QUESTION})
    client.post("/help/en/contact", data={"name": "Asha Rao", "contact": "asha@example.com", "message": QUESTION})
    client.open("/help/en/", method="ASHA")
    stop_traces()
    assert one_of(receiver.spans, "inner").attributes["error.type"] == "ValueError"
    assert one_of(receiver.spans, "GET /healthz").is_error
    sent = b"".join(receiver.bodies).lower()
    assert len(receiver.spans) > 5
    assert not [word for word in (b"asha", b"98300", b"refund for", b"bikash") if word in sent]


def test_a_collector_that_fails_holds_up_nobody(app: Flask, engine: Engine, receiver: TraceReceiver) -> None:
    receiver.status = 500
    start_traces("web", engine)
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({ENDPOINT: "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({ENDPOINT: "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({ENDPOINT: "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_they_are_on_where_the_standard_variables_say_so(environment: dict[str, str], wanted: bool) -> None:
    assert wants_traces(environment) is wanted


@pytest.mark.parametrize("more", [{"OTEL_TRACES_EXPORTER": "zipkin"}, {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}])
def test_what_we_cannot_send_by_is_told_before_the_start(more: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(more.values()))):
        wants_traces({ENDPOINT: "http://c:4317", **more})


def test_without_the_packages_the_line_to_type_is_told(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.delitem(sys.modules, "webapp.shared.open_telemetry", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match=r"kb-assist\[otel\]"):
        start_traces("web", engine)


def test_off_nothing_of_it_is_imported_and_no_statement_is_looked_at(settings: Settings, engine: Engine) -> None:
    code = (
        "import sys; from sqlalchemy import event\n"
        "from kb.core.settings import Settings; from webapp.app import create_app; from webapp.shared.database import engine_of\n"
        "from webapp.shared.traces import start_traces\n"
        f"app = create_app(Settings(home_text={settings.home_text!r}, database_url={settings.database_url!r}, model='hash',"
        " secret_key='only for tests ' * 4))\n"
        "start_traces('web', engine_of(app))\n"
        "assert app.test_client().get('/api/v1/search?q=refund').status_code == 200\n"
        "print(any(name.startswith('opentelemetry') for name in sys.modules),"
        " len(engine_of(app).dispatch.before_cursor_execute))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "0"]
