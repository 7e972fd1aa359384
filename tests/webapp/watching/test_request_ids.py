"""Each request has a name: in the answer, on the error page, in the log, and for what is done after the answer."""

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.core.log_context import log_about
from kb.core.logs import JsonLines
from webapp.shared.after_response import run_after_response

GIVEN = "7f3c9d1e-ab12-4c34-9e56-0123456789ab"
OWN = re.compile(r"[0-9a-f]{12}")


@pytest.mark.parametrize("sane", [GIVEN, "0123456789abcdef0123456789abcdef", "01JD4Q2W3E4R5T6Y7U8I9O0P1A"])
def test_the_name_that_a_proxy_gives_is_kept(client: FlaskClient, sane: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": sane}).headers["X-Request-Id"] == sane


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "short",
        "919830012345",
        "asha@example.com-123456",
        "a" * 65,
        "<script>alert(1)</script>",
        "a b c d e f g h i",
    ],
)
def test_what_is_no_such_name_is_replaced_by_one(client: FlaskClient, odd: str) -> None:
    found = client.get("/healthz", headers={"X-Request-Id": odd}).headers["X-Request-Id"]
    assert OWN.fullmatch(found)


def test_each_request_has_its_own(client: FlaskClient) -> None:
    assert len({client.get("/healthz").headers["X-Request-Id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/help/en/articles/none", 404)])
def test_an_error_page_names_it_for_whoever_asks_us(client: FlaskClient, path: str, status: int) -> None:
    page = client.get(path, headers={"X-Request-Id": GIVEN})
    assert page.status_code == status
    assert f"<code>{GIVEN}</code>" in page.text


def test_the_line_of_an_error_has_the_name_that_its_page_shows(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def breaks() -> str:
        raise ZeroDivisionError

    app.view_functions["health.healthz"] = breaks
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonLines().format(record))  # type: ignore[method-assign]
    logging.getLogger("webapp").addHandler(handler)
    try:
        page = app.test_client().get("/healthz")
    finally:
        logging.getLogger("webapp").removeHandler(handler)
    name = page.headers["X-Request-Id"]
    assert name in page.text
    assert any(f'"request_id": "{name}"' in line and "ZeroDivisionError" in line for line in lines)
    assert log_about() == {}


def test_work_after_the_answer_is_about_the_same_request(app: Flask) -> None:
    seen: list[object] = []

    def asks() -> str:
        run_after_response(lambda _session: seen.append(log_about()))
        return "ok"

    app.view_functions["health.healthz"] = asks
    name = app.test_client().get("/healthz").headers["X-Request-Id"]
    assert seen == [{"request_id": name}]


def test_a_line_for_each_request_has_its_route_and_not_its_address(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, scraper: dict[str, str]
) -> None:
    with caplog.at_level(logging.INFO, "kb.requests"):
        client.get("/help/en/search?q=my+secret+question")
        client.get("/readyz")
        client.get("/metrics", headers=scraper)
    told = [record for record in caplog.records if record.name == "kb.requests"]
    assert [record.figures["route"] for record in told] == ["/help/<language>/search"]
    assert "secret" not in caplog.text


def test_a_job_is_named_in_its_lines(caplog: pytest.LogCaptureFixture, run_job: Callable[[], object]) -> None:
    assert run_job() == {"job_id": 1, "job_kind": "work", "attempt": 1}
    assert log_about() == {}
