"""What all tests share: settings in a folder of their own, a migrated database, the application, people who log in."""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from compiled_once import compile_once
from databases import KINDS, Databases, Prepared
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from log_guard import LogGuard
from mail_servers import Outgoing
from people_factory import ADDRESSES, prepare_people
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from tiny_cross_encoder import save_tiny_cross_encoder

from kb.accounts.people import get_user
from kb.accounts.sessions import begin_session
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Role
from webapp.app import create_app
from webapp.auth.person import make_cookie_id
from webapp.commands import main
from webapp.shared.live import hub_of

METRICS_TOKEN = "a token of a scraper in tests"

compile_once()

# How often a test of real processes, clocks or browsers is tried again, decision 0079. Others say the same each time.
TRIED_AGAIN = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") or item.get_closest_marker("browser") or _reads_a_clock(item.path):
            item.add_marker(pytest.mark.flaky(reruns=TRIED_AGAIN))


@cache
def _reads_a_clock(file: Path) -> bool:
    return "import time" in file.read_text("utf-8").splitlines()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test with a database runs on each kind, unless it is marked `sqlite_only` with the reason."""
    only = metafunc.definition.get_closest_marker("sqlite_only")
    assert only is None or only.kwargs.get("reason"), f"{metafunc.definition.nodeid}: sqlite_only needs a reason"
    if {"engine", "empty_engine"} & set(metafunc.fixturenames) and only is None:
        folders = metafunc.definition.path.parts
        kinds = KINDS[1:] if "postgresql" in folders else KINDS
        # What a browser shows does not depend on the database, and each of its tests takes seconds.
        metafunc.parametrize("database_kind", KINDS[:1] if "browser" in folders else kinds, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def own_priority() -> Iterator[None]:
    """A command that a test runs in this process gives way for good (`kb index`): what comes after it would be slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "nice", lambda _by: 0)
        yield


@pytest.fixture(autouse=True)
def no_personal_data_in_logs() -> Iterator[None]:
    """A test fails that leaves something of a customer in a log, whatever else it looks at."""
    with LogGuard().watching() as guard:
        yield
    if leaks := guard.leaks():
        pytest.fail("Personal data in the log:\n" + "\n".join(leaks[:5]))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    databases = Databases(tmp_path_factory.mktemp("databases"))
    yield databases
    databases.close()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """sqlite or postgresql, see `pytest_generate_tests`."""
    return str(getattr(request, "param", KINDS[0]))


@pytest.fixture
def prepared(databases: Databases, database_kind: str) -> Prepared:
    """A migrated database with one person of each role, to be copied. Tests of some folders have one with content."""
    return prepare_people(databases, database_kind)


@pytest.fixture
def settings(tmp_path: Path, databases: Databases, database_kind: str) -> Settings:
    """Settings with a home and a database of their own (which `engine` makes) and the tiny deterministic encoder."""
    return Settings(
        home_text=str(tmp_path / "home"),
        database_url=databases.new_url(database_kind),
        model="hash",
        secret_key="only for tests " * 4,
        metrics_token_text=METRICS_TOKEN,
    )


@pytest.fixture
def engine(settings: Settings, databases: Databases, prepared: Prepared) -> Iterator[Engine]:
    """A migrated database that holds nothing but three people (and what `prepared` holds)."""
    with databases.open(settings, prepared) as engine:
        yield engine


@pytest.fixture
def empty_engine(settings: Settings, databases: Databases) -> Iterator[Engine]:
    """A database without a table."""
    with databases.open(settings) as engine:
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for arranging and checking. Commit what requests are to see."""
    with sessionmaker(engine, expire_on_commit=False)() as session:
        yield session


class BufferedClient(FlaskClient):
    """Reads each answer to its end at once, as a server does, so that what is done after the answer has been done."""

    def open(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        kwargs.setdefault("buffered", True)
        response = super().open(*args, **kwargs)
        self.application.extensions["kb_after_response"].wait()
        return response


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    """A mail server of its own."""
    server = Outgoing()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def with_mail(settings: Settings, outgoing: Outgoing) -> Settings:
    """Those of a shop that sends its mails by that server."""
    return replace(
        settings,
        public_url_text="https://help.shop.example",
        trusted_hosts_text="localhost",
        mail_smtp_text=f"smtp://127.0.0.1:{outgoing.port}",
        mail_from_text="help@shop.example",
    )


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Flask:
    app = create_app(settings, engine)
    app.test_client_class = BufferedClient
    # Streams end after their first event: the client reads to the end.
    hub_of(app).is_stopping = lambda: True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not logged in."""
    return app.test_client()


@pytest.fixture
def login(app: Flask, session: Session) -> Callable[[Role | str], FlaskClient]:
    """`login("rep")` is a client with the session of such a person."""

    def log_in(role: Role | str) -> FlaskClient:
        client = app.test_client()
        user = get_user(session, ADDRESSES[Role(role)])
        key = begin_session(session, user)
        session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = make_cookie_id(user.id, key)
            cookie["_fresh"] = True
        return client

    return log_in


@pytest.fixture
def scraper() -> dict[str, str]:
    """`client.get("/metrics", headers=scraper)`"""
    return {"Authorization": f"Bearer {METRICS_TOKEN}"}


@pytest.fixture
def csrf(app: Flask) -> Callable[[FlaskClient], dict[str, str]]:
    """`client.post(…, headers=csrf(client))`: the header that a page's script would send with this session."""

    def token_for(client: FlaskClient) -> dict[str, str]:
        with client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return {"X-CSRFToken": URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(raw)}

    return token_for


@pytest.fixture
def run_kb(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """`run_kb("articles", "list")` is exit status, standard output and standard error of that command."""
    monkeypatch.setenv("KB_HOME", settings.home_text)
    monkeypatch.setenv("KB_MODEL", settings.model)
    monkeypatch.setenv("KB_DATABASE", settings.database_url)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny cross-encoder that was trained to tell answers from what only speaks of the same thing."""
    return save_tiny_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def bundled_models() -> Path:
    """The folder of the bundled encoder, for tests marked `bundled`. Where it is missing they fail."""
    folder = PROJECT_ROOT / "var" / "models"
    if not folder.is_dir() or not any(folder.iterdir()):
        pytest.fail("The bundled encoder is not there. Type: make setup")
    return folder


@pytest.fixture
def bundled_settings(tmp_path: Path, bundled_models: Path) -> Settings:
    """Like `settings`, with the bundled encoder."""
    home = tmp_path / "home"
    home.mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(bundled_models)
    return Settings(home_text=str(home), model="bundled", secret_key="only for tests " * 4)
