"""Two processes write at once: each finishes, nothing is lost, nothing is there twice."""

import json
import subprocess
from pathlib import Path

import pytest
from kb_process import KB, without_settings
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import Article, ArticleRevision, IndexedDocument, Ticket, TicketMessage

ARTICLES, TICKETS = 25, 150


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of different articles."""
    made = []
    for name in ("lamps", "kettles"):
        folder = tmp_path / name / "en" / name
        folder.mkdir(parents=True)
        for number in range(ARTICLES):
            text = f"---\ntitle: Clean {name} {number}\n---\n\nUse cloth number {number} for {name}.\n"
            (folder / f"{name}-{number}.md").write_text(text, encoding="utf-8")
        made.append(tmp_path / name)
    return made[0], made[1]


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(TICKETS):
            row = {
                "id": str(number),
                "subject": f"Broken thing {number}",
                "problem": "It leaks",
                "resolution": "Sent a seal",
            }
            file.write(json.dumps(row) + "\n")
    return path


def run_at_once(settings: Settings, *commands: tuple[str | Path, ...], refusal: str = "") -> None:
    """Real processes, started together; none may fail, but with `refusal`, which tells to run the command again."""
    environment = without_settings()
    environment |= {"KB_HOME": settings.home_text, "KB_MODEL": "hash", "KB_DATABASE": settings.database_url}
    running = [
        subprocess.Popen(
            [*KB, *map(str, command)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for command in commands
    ]  # fmt: skip
    for process, command in zip(running, commands, strict=True):
        _, errors = process.communicate(timeout=240)
        assert "Traceback" not in errors
        if refusal and refusal in errors:
            run_at_once(settings, command)
        else:
            assert process.returncode == 0, errors


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def check_index(engine: Engine, settings: Settings, session: Session, documents: int) -> SearchRuntime:
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []
    assert count(session, IndexedDocument) == documents
    return SearchRuntime.open(settings, engine, HashEncoder())


@pytest.mark.slow
def test_two_folders_are_synchronised_at_once(
    settings: Settings, engine: Engine, session: Session, folders: tuple[Path, Path]
) -> None:
    run_at_once(settings, *(("articles", "sync", folder) for folder in folders), refusal="Another sync is running")
    assert (count(session, Article), count(session, ArticleRevision)) == (2 * ARTICLES, 2 * ARTICLES)
    runtime = check_index(engine, settings, session, 2 * ARTICLES)
    for name in ("lamps", "kettles"):
        answer = runtime.searcher(Audience.CUSTOMER).search(session, f"clean {name} 7 cloth", reader_language="en")
        assert answer.results[0].title == f"Clean {name} 7"


@pytest.mark.slow
def test_articles_and_tickets_come_in_while_the_index_is_made_anew(
    settings: Settings, engine: Engine, session: Session, folders: tuple[Path, Path], tickets: Path
) -> None:
    run_at_once(settings, ("articles", "sync", folders[0], "--no-index"))
    run_at_once(
        settings,
        ("index", "--rebuild"),
        ("articles", "sync", folders[1]),
        ("tickets", "import", tickets, "--from", "jsonl"),
        ("index",),
    )
    assert (count(session, Article), count(session, Ticket)) == (2 * ARTICLES, TICKETS)
    runtime = check_index(engine, settings, session, 2 * ARTICLES + TICKETS)
    answer = runtime.searcher(Audience.REP).search(session, "broken thing 77 leaks", reader_language="en")
    assert answer.results[0].title == "Broken thing 77"


@pytest.mark.slow
def test_the_same_tickets_imported_twice_at_once_are_there_once(
    settings: Settings, engine: Engine, session: Session, tickets: Path
) -> None:
    command = ("tickets", "import", tickets, "--from", "jsonl", "--no-index")
    run_at_once(settings, command, command)
    assert count(session, Ticket) == TICKETS
    assert count(session, TicketMessage) == session.scalar(
        select(func.count()).select_from(select(TicketMessage.ticket_id, TicketMessage.position).distinct().subquery())
    )
