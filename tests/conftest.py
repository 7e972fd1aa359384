"""What all tests share: settings in a folder of their own, a migrated database, the application, people who log in."""

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kb.accounts.people import create_user, get_user
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Role
from kb.tables.migrations import upgrade_database
from webapp.app import create_app
from webapp.auth.person import to_person
from webapp.commands import main

# For people made by `template_database`; hashing is slow on purpose, so they are made once.
PASSWORD = "a password for tests"
ADDRESSES = {Role.REP: "rep@test.example", Role.TRAINER: "trainer@test.example", Role.ADMIN: "admin@test.example"}


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with one person of each role, to be copied."""
    home = tmp_path_factory.mktemp("template")
    engine = create_database_engine(Settings(home_text=str(home)))
    upgrade_database(engine)
    with session_scope(engine) as session:
        for role, address in ADDRESSES.items():
            create_user(session, address, role, PASSWORD, name=f"Test {role.value}")
    engine.dispose()
    path = home / "kb.sqlite3"
    with sqlite3.connect(path) as connection:  # Everything into the one file that is copied.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a home of their own and the tiny deterministic encoder."""
    return Settings(home_text=str(tmp_path / "home"), model="hash", secret_key="only for tests " * 4)


@pytest.fixture
def engine(settings: Settings, template_database: Path) -> Iterator[Engine]:
    """A migrated database that holds nothing but three people."""
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copy(template_database, settings.home / "kb.sqlite3")
    engine = create_database_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for arranging and checking. Commit what requests are to see."""
    with sessionmaker(engine, expire_on_commit=False)() as session:
        yield session


class BufferedClient(FlaskClient):
    """Reads each answer to its end at once, as a server does, so that what is done after the answer has been done."""

    def open(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        kwargs.setdefault("buffered", True)
        return super().open(*args, **kwargs)


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Flask:
    app = create_app(settings, engine)
    app.test_client_class = BufferedClient
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
        person = to_person(get_user(session, ADDRESSES[Role(role)]))
        with client.session_transaction() as cookie:
            cookie["_user_id"] = person.get_id()
            cookie["_fresh"] = True
        return client

    return log_in


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

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return run


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
