import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Kb = Callable[..., subprocess.CompletedProcess[str]]


def check_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """Not zero, nothing on standard output, one line on standard error that says what to do."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_init_may_be_repeated(kb: Kb) -> None:
    first, second = kb("init"), kb("init")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("Database created")
    assert second.stdout.startswith("The database is up to date")


def test_commands_without_a_database_say_what_to_type(kb: Kb) -> None:
    check_refused(kb("user", "list"), "The database is empty", "kb init")


def test_typo_in_a_setting_is_noticed(kb: Kb) -> None:
    check_refused(kb("init", KB_PROT="1"), "KB_PROT", "KB_PORT")


def test_database_that_cannot_be_reached_is_one_line(kb: Kb, tmp_path: Path) -> None:
    check_refused(
        kb("init", KB_DATABASE=f"sqlite:////{tmp_path}/no/such/folder/kb.sqlite3"), "cannot be used", "KB_DATABASE"
    )
    check_refused(kb("init", KB_DATABASE="nonsense"), "KB_DATABASE", "nonsense")
    check_refused(kb("init", KB_DATABASE="nosuch://host/name"), "KB_DATABASE", "nosuch")
    check_refused(kb("init", KB_DATABASE="oracle+cx_oracle://host/name"), "cx_Oracle", "pip install")


def test_people_are_added_listed_and_closed(kb: Kb) -> None:
    kb("init")
    added = kb("user", "add", "Asha@Example.com", "--role", "rep", "--name", "Asha")
    assert added.returncode == 0
    password = added.stdout.splitlines()[1].removeprefix("Password: ")
    assert len(password) == 20
    given = kb("user", "add", "boss@example.com", "--role", "admin", "--password-stdin", stdin="a password of mine\n")
    assert given.returncode == 0
    assert "a password of mine" not in given.stdout + given.stderr
    people = json.loads(kb("user", "list", "--json").stdout)
    assert [(one["email"], one["role"], one["active"]) for one in people] == [
        ("asha@example.com", "rep", True),
        ("boss@example.com", "admin", True),
    ]
    for words in (("add", "a@example.com", "--role", "rep"), ("password", "boss@example.com")):
        given = kb("user", *words, "--password-stdin", stdin="Lamp house 2026\n", KB_SITE_NAME="Lamp House")
        check_refused(given, "names that anybody knows")
    assert kb("user", "close", "asha@example.com").returncode == 0
    assert "closed" in kb("user", "list").stdout


def test_wrong_people_are_refused(kb: Kb) -> None:
    kb("init")
    check_refused(kb("user", "add", "asha", "--role", "rep"), "no e-mail address")
    check_refused(
        kb("user", "add", "a@example.com", "--role", "rep", "--password-stdin", stdin="short\n"), "10 to 1000"
    )
    check_refused(
        kb("user", "add", "a@example.com", "--role", "rep", "--password-stdin"), "no password on standard input"
    )
    check_refused(kb("user", "password", "nobody@example.com"), "nobody@example.com", "kb user list")
    assert kb("user", "add", "a@example.com", "--role", "owner").returncode == 2


def test_token_is_printed_alone_so_that_it_can_be_used_in_a_script(kb: Kb) -> None:
    kb("init")
    kb("user", "add", "asha@example.com", "--role", "rep")
    token = kb("user", "token", "asha@example.com")
    assert token.stdout.startswith("kb_")
    assert len(token.stdout.split()) == 1
    assert kb("user", "token", "asha@example.com", "--revoke").stdout.startswith("1 tokens")
