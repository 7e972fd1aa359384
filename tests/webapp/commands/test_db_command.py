"""`kb db copy`, as somebody types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import Databases
from sqlalchemy import make_url

RunKb = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.sqlite_only(reason="both kinds are copied from and to")


@pytest.fixture
def there(databases: Databases) -> str:
    url = databases.new_url("postgresql")
    databases.server.create(make_url(url).database or "")
    return url


def test_copy_to_postgresql_and_back(
    run_kb: RunKb, there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = run_kb("user", "list")[1]
    status, output, errors = run_kb("db", "copy", "--to", there, "--json")
    assert (status, errors) == (0, "")
    figures = json.loads(output)
    assert figures["tables"]["users"]["rows"] == 3
    assert figures["audit_problem"] == ""

    monkeypatch.setenv("KB_DATABASE", there)
    assert run_kb("user", "list")[1] == people
    assert run_kb("audit", "verify")[0] == 0
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    status, output, _ = run_kb("db", "copy", "--to", back)
    assert status == 0
    assert "copied and compared" in output

    status, _, errors = run_kb("db", "copy", "--to", back)
    assert status == 1
    assert "holds something already" in errors
    assert "--replace" in errors
    assert run_kb("db", "copy", "--to", back, "--replace")[0] == 0
    monkeypatch.setenv("KB_DATABASE", back)
    assert run_kb("user", "list")[1] == people


def test_what_cannot_be_copied_is_said_in_one_line(run_kb: RunKb, tmp_path: Path) -> None:
    for arguments, said in (
        (("--from", f"sqlite:///{tmp_path / 'none.sqlite3'}"), "There is no file"),
        (("--to", f"sqlite:///{tmp_path / 'home' / 'kb.sqlite3'}"), "same database"),
        (("--to", "nonsense"), "no address of a database"),
        (("--to", "postgresql+psycopg://nobody@127.0.0.1:1/kb"), "cannot be used"),
    ):
        status, _, errors = run_kb("db", "copy", *arguments)
        assert status == 1, arguments
        assert said in errors
        assert errors.count("\n") == 1
    assert not (tmp_path / "none.sqlite3").exists()
    assert run_kb("db", "copy")[0] == 2


def test_migrations_are_taken_back_and_done_again(run_kb: RunKb) -> None:
    assert run_kb("db", "back", "--yes", "0051")[0] == 0
    status, _, errors = run_kb("user", "list")
    assert status == 1
    assert "is at migration 0051" in errors
    status, _, errors = run_kb("db", "back", "--yes", "0052")
    assert status == 1
    assert "no way back to 0052" in errors
    assert run_kb("init")[0] == 0
    assert run_kb("user", "list")[0] == 0
