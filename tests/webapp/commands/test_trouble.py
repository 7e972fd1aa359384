"""A full disk ends a command in one line, and what is stored stays whole."""

import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from kb_process import KB, without_settings
from sqlalchemy.exc import OperationalError

from webapp.commands.trouble import storage_trouble

Kb = Callable[..., subprocess.CompletedProcess[str]]


def with_full_disk(home: Path, *arguments: str, room: int) -> subprocess.CompletedProcess[str]:
    """The real command, of which no file may grow beyond its database by more than `room` bytes."""
    most = (home / "kb.sqlite3").stat().st_size + room
    environment = without_settings()
    return subprocess.run(
        [*KB, *arguments],
        env=environment | {"KB_HOME": str(home), "KB_MODEL": "hash"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_full_disk_is_one_line_and_the_database_stays_whole(kb: Kb, tmp_path: Path) -> None:
    home, articles = tmp_path / "home", tmp_path / "articles"
    assert kb("init").returncode == 0
    articles.mkdir()
    for number in range(60):
        (articles / f"a-{number}.md").write_text(f"---\ntitle: Number {number}\n---\n" + f"word{number} " * 5_000)
    full = with_full_disk(home, "articles", "sync", str(articles), room=100_000)
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    assert full.stderr.strip().splitlines()[-1].startswith("kb: ")
    assert "disk" in full.stderr
    assert "word1" not in full.stderr
    again = kb("articles", "sync", str(articles))
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("database or disk is full", "no room left"),
        ("attempt to write a readonly database", "no right to write"),
        ("database is locked", "in use by somebody else"),
        ("could not extend file: No space left on device", "no room left"),
        ("connection refused", "cannot be used: connection refused"),
    ],
)
def test_what_a_database_says_is_put_into_words(said: str, meant: str) -> None:
    line = storage_trouble(OperationalError("INSERT", {"name": "Asha"}, Exception(said)))
    assert line is not None
    assert meant in line
    assert "Asha" not in line


def test_what_the_system_says_names_the_file_and_other_errors_keep_their_trace() -> None:
    line = storage_trouble(OSError(28, "No space left on device", "/data/x"))
    assert line is not None
    assert "/data/x" in line
    assert storage_trouble(OSError(2, "No such file", "/x")) is None
    assert storage_trouble(ValueError("x")) is None
