import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import Engine

import webapp.shared.access
from kb.core.errors import (
    ConfigurationError,
    ConflictError,
    IndexUnavailableError,
    InvalidInputError,
    KbError,
    ModelError,
    NotAllowedError,
    NotFoundError,
)
from webapp.shared.errors import STATUS_OF

PROGRAM = {"Accept": "application/json"}
Add = Callable[[Callable[[], Any]], str]


def fail(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], FlaskClient]:
    """`failing(error).get("/healthz")`: a public page that raises `error`."""

    def make(error: Exception) -> FlaskClient:
        app.view_functions["health.healthz"] = fail(error)
        return app.test_client()

    return make


def check_problem(answer: Any, status: int) -> dict[str, Any]:
    """The one shape of all errors for programs."""
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = json.loads(answer.data)
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) <= {"type", "title", "status", "detail", "remedy", "reference"}
    return problem


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError("No such language."), 400),
        (NotFoundError("No such article."), 404),
        (NotAllowedError("Not for you."), 403),
        (ConflictError("Changed meanwhile."), 409),
    ],
)
def test_error_that_the_asker_can_mend_tells_what_and_how(
    failing: Callable[[Exception], FlaskClient], error: KbError, status: int
) -> None:
    error.remedy = "Try this."
    client = failing(error)
    problem = check_problem(client.get("/healthz", headers=PROGRAM), status)
    assert (problem["detail"], problem["remedy"]) == (error.message, "Try this.")
    page = client.get("/healthz")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert error.message in page.text
    assert "Try this." in page.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationError("/secret/place is not writable"), 500),
        (ModelError("/secret/place holds no model"), 503),
        (IndexUnavailableError("/secret/place is broken"), 503),
        (KbError("/secret/place"), 500),
        (ZeroDivisionError("/secret/place"), 500),
    ],
)
def test_error_inside_shows_a_reference_and_keeps_its_reason_in_the_log(
    failing: Callable[[Exception], FlaskClient], caplog: pytest.LogCaptureFixture, error: Exception, status: int
) -> None:
    client = failing(error)
    with caplog.at_level(logging.ERROR):
        problem = check_problem(client.get("/healthz", headers=PROGRAM), status)
    assert "/secret/place" not in json.dumps(problem)
    assert problem["reference"] in caplog.text
    assert "/secret/place" in caplog.text
    page = client.get("/healthz")
    assert page.status_code == status
    assert "/secret/place" not in page.text


def test_every_class_of_error_has_a_status() -> None:
    def below(kind: type[KbError]) -> set[type[KbError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    from kb.core import errors

    defined = {kind for kind in below(KbError) if kind.__module__ == errors.__name__}
    assert defined == set(STATUS_OF)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/search"])
def test_api_answers_in_json_whatever_is_accepted(client: FlaskClient, path: str) -> None:
    check_problem(client.get(path, headers={"Accept": "text/html"}), 404)


def test_unknown_page_is_a_page_for_people(client: FlaskClient) -> None:
    page = client.get("/nothing", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search")
    check_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_too_large_a_request_is_refused(client: FlaskClient, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/login", data={"email": "x" * 2000})
    assert answer.status_code == 413


def test_too_many_requests_say_when_to_come_back(client: FlaskClient) -> None:
    for _ in range(301):
        answer = client.get("/api/v1/search?q=&limit=0")
        if answer.status_code == 429:
            break
    check_problem(answer, 429)
    assert int(answer.headers["Retry-After"]) <= 60


def test_broken_error_page_still_answers(client: FlaskClient, app: Flask) -> None:
    app.jinja_env.globals["asset"] = fail(RuntimeError("no frame"))
    page = client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/plain")
    assert page.text.startswith("404 ")


def test_plain_abort_is_mapped_too(app: Flask) -> None:
    app.view_functions["health.healthz"] = lambda: abort(418)
    check_problem(app.test_client().get("/healthz", headers=PROGRAM), 418)


def test_unauthenticated_program_is_told_how_to_authenticate(client: FlaskClient) -> None:
    answer = client.get("/api/v1/desk/search?q=x")
    check_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert webapp.shared.access.required_role("api_desk.search_desk", "api_desk") is not None


def test_an_error_of_the_database_asks_it_nothing_more(
    client: FlaskClient, login: Callable[[str], FlaskClient], engine: Engine
) -> None:
    """Whoever has a token or a session gets the error in its usual form, although nobody can tell who they are."""
    somebody = login("rep")
    with engine.begin() as connection:
        for table in ("api_tokens", "user_sessions"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_gone")
    # A table that is missing is an error of its own kind to each database.
    status = 503 if engine.dialect.name == "sqlite" else 500
    check_problem(client.get("/api/v1/search?q=refund", headers={"Authorization": "Bearer kb_of_somebody"}), status)
    page = somebody.get("/desk/")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert page.headers["X-Request-Id"] in page.text
