"""Machines that share the database and no file: whatever one of them indexes, the files of all follow."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from content_factory import add_article, change_article
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.manifest import read_manifest
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date, forget_old_files, make_files
from indexer.verify import verify_index
from kb.core.settings import Settings
from kb.search.types import Audience, CollectionName
from kb.tables import Article
from webapp.worker.index_files import IndexFiles
from webapp.worker.tools import WorkerTools

MakeMachine = Callable[[str], "Machine"]


class Machine:
    """Its searches, its `kb index`, and what its worker does for its files."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings, self.engine, self.encoder = settings, engine, HashEncoder()
        self.runtime = SearchRuntime.open(settings, engine, self.encoder)

    def index(self, *, rebuild: bool = False) -> None:
        bring_up_to_date(self.engine, self.settings.index_dir, self.encoder, rebuild=rebuild, compare=rebuild)

    def follow(self) -> None:
        make_files(self.engine, self.settings.index_dir, self.encoder, check=False)

    def finds(self, query: str) -> list[str]:
        self.runtime._reader.look()
        with Session(self.engine) as session:
            answer = self.runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en", limit=3)
            return [result.title for result in answer.results]

    @property
    def in_segments(self) -> int:
        entry = read_manifest(self.settings.index_dir).collection(CollectionName.HELP)
        return sum(segment.passages for segment in entry.segments)


@pytest.fixture
def machine(settings: Settings, engine: Engine, tmp_path: Path) -> Iterator[MakeMachine]:
    made: list[Machine] = []

    def make(name: str) -> Machine:
        made.append(Machine(replace(settings, home_text=str(tmp_path / name)), engine))
        return made[-1]

    yield make
    for one in made:
        one.runtime.close()


@pytest.fixture(autouse=True)
def _segments_are_cut_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.backends.faiss_tantivy.files.MOST_PENDING", 3)


def forget_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an hour later: what is in somebody's files is no change any more."""
    monkeypatch.setattr("indexer.backends.faiss_tantivy.files.KEEP_CHANGES", timedelta(0))


def add_some(session: Session, word: str, count: int = 8) -> list[Article]:
    return [add_article(session, f"{word} {one}", f"All about the {word} number{one}.") for one in range(count)]


def test_what_one_machine_indexes_is_found_on_the_other_and_comes_into_its_files(
    machine: MakeMachine, session: Session
) -> None:
    one, two = machine("one"), machine("two")
    lamps = add_some(session, "lamp")
    one.index()
    assert two.finds("lamp number7")[0] == "lamp 7"
    assert two.in_segments == 0
    two.follow()
    assert two.in_segments == one.in_segments == 8
    change_article(session, lamps[7], status="archived")
    one.index()
    assert "lamp 7" not in two.finds("lamp number7")
    assert two.finds("lamp number3")[0] == "lamp 3"


def test_a_machine_that_was_away_for_longer_than_changes_are_kept_misses_nothing(
    machine: MakeMachine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machine("one"), machine("two")
    lamps = add_some(session, "lamp")
    one.index()
    two.follow()
    assert two.finds("lamp number3")[0] == "lamp 3"
    forget_at_once(monkeypatch)
    change_article(session, lamps[2], status="archived")
    add_some(session, "kettle")
    one.index()
    # Its last good view serves on, and it says that there is something wrong with it.
    assert two.finds("lamp number3")[0] == "lamp 3"
    assert "older than the changes" in (two.runtime.index_problem or "")
    two.follow()
    assert two.finds("kettle number5")[0] == "kettle 5"
    assert "lamp 2" not in two.finds("lamp number2")
    assert two.runtime.index_problem is None
    assert verify_index(two.engine, two.settings.index_dir, index_fingerprint(two.encoder)) == []


def test_a_machine_that_starts_with_old_files_does_not_serve_them(
    machine: MakeMachine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machine("one"), machine("two")
    add_some(session, "lamp")
    one.index()
    two.follow()
    two.runtime.close()
    forget_at_once(monkeypatch)
    add_some(session, "kettle")
    one.index()
    assert machine("two").finds("kettle number5")[0] == "kettle 5"


def test_an_index_that_is_made_anew_on_one_machine_is_taken_up_by_the_other(
    machine: MakeMachine, session: Session
) -> None:
    one, two = machine("one"), machine("two")
    add_some(session, "lamp")
    one.index()
    two.follow()
    one.index(rebuild=True)
    add_some(session, "kettle")
    one.index()
    assert two.finds("lamp number3")[0] == "lamp 3"
    two.follow()
    assert two.finds("kettle number5")[0] == "kettle 5"
    assert read_manifest(two.settings.index_dir).build == read_manifest(one.settings.index_dir).build
    one.index(rebuild=True)
    two.runtime.close()
    assert machine("two").finds("kettle number5")[0] == "kettle 5"


def test_what_is_erased_leaves_the_files_of_every_machine(machine: MakeMachine, session: Session) -> None:
    one, two = machine("one"), machine("two")
    lamps = add_some(session, "lamp")
    one.index()
    two.follow()
    before = {path for path in (two.settings.index_dir / "help").iterdir() if path.is_dir()}
    session.execute(delete(Article).where(Article.id == lamps[4].id))
    session.commit()
    one.index()
    forget_old_files(one.engine, one.settings.index_dir, one.encoder, patience=0)
    two.follow()
    now = read_manifest(two.settings.index_dir).collection(CollectionName.HELP)
    assert not before & {two.settings.index_dir / "help" / name for name in now.files()}
    assert two.in_segments == 7


@pytest.mark.parametrize("kind", ["rebuilt", "first"])
def test_the_worker_of_a_machine_follows_by_itself_and_indexes_only_when_it_has(
    machine: MakeMachine, session: Session, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IndexFiles, "is_needed", staticmethod(lambda _engine: True))
    one, two = machine("one"), machine("two")
    add_some(session, "lamp")
    one.index(rebuild=kind == "rebuilt")
    files = IndexFiles(WorkerTools(two.settings, two.engine), threading.Event())
    assert not files.is_ready()
    monkeypatch.setattr("indexer.updating.PATIENCE", 0)
    files.look()
    assert files.is_ready()
    assert two.in_segments == 8
