"""A new index is made beside the old one: searches never notice the writing, and nothing that was published meanwhile is lost."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from content_factory import add_article, change_article
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy import manifest as manifest_module
from indexer.backends.faiss_tantivy.manifest import read_manifest
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import PassageEmbeddings
from kb.search.types import Audience, CollectionName
from kb.tables import BuildState, IndexBuild, Passage


class OtherEncoder(HashEncoder):
    """Another model, as far as fingerprints go."""

    fingerprint = "hash/other/1"


class HookedEncoder(HashEncoder):
    """The hash encoder that lets something happen before each batch of passages."""

    def __init__(self, hook: Callable[[int], object]) -> None:
        self.batches = 0
        self._hook = hook

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        self.batches += 1
        self._hook(self.batches)
        return super().embed_passages(texts, progress)


def fill(session: Session, count: int) -> None:
    for i in range(count):
        add_article(session, f"Lamp number {i}", f"How to clean lamp number {i} of brass")


def titles(runtime: SearchRuntime, session: Session, query: str) -> list[str]:
    session.rollback()  # a new transaction, as each request has
    answer = runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en", limit=20)
    return [result.title for result in answer.results]


@pytest.mark.parametrize("rebuild_encoder", [HookedEncoder, OtherEncoder])
def test_a_reader_gets_the_same_results_all_the_while_a_new_index_is_made(
    session: Session, engine: Engine, settings: Settings, rebuild_encoder: type[HashEncoder]
) -> None:
    fill(session, 300)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    reader = SearchRuntime.open(settings, engine, HashEncoder())
    titles(reader, session, "clean brass lamp number 17")
    before = titles(reader, session, "clean brass lamp number 17")
    assert before[0] == "Lamp number 17"
    seen: list[list[str]] = []
    done = threading.Event()

    def rebuild() -> None:
        encoder = HookedEncoder(lambda _: time.sleep(0.05)) if rebuild_encoder is HookedEncoder else OtherEncoder()
        bring_up_to_date(engine, settings.index_dir, encoder, rebuild=True)
        done.set()

    thread = threading.Thread(target=rebuild)
    thread.start()
    reader.follow()
    while not done.is_set():
        seen.append(titles(reader, session, "clean brass lamp number 17"))
    thread.join()
    seen.append(titles(reader, session, "clean brass lamp number 17"))
    reader.close()
    assert len(seen) > 5
    # The first by far; those behind it are equally good, and the order of these is that of their passages.
    assert {(found[0], len(found)) for found in seen} == {("Lamp number 17", len(before))}


def test_a_server_with_the_old_encoder_keeps_its_last_good_view_and_says_so(
    session: Session, engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    fill(session, 30)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    server = SearchRuntime.open(settings, engine, HashEncoder())
    titles(server, session, "lamp number 3")
    before = titles(server, session, "lamp number 3")
    bring_up_to_date(engine, settings.index_dir, OtherEncoder())
    time.sleep(0.3)
    for _ in range(3):
        assert titles(server, session, "lamp number 3") == before
        time.sleep(0.3)
    assert server.index_problem is not None
    assert "hash/other/1" in server.index_problem
    assert sum("last good" in record.message for record in caplog.records) == 1
    # Passages of the old build are gone from the database; what the server shows of them is not.
    builds = session.scalars(select(IndexBuild)).all()
    assert [build.state for build in builds] == [BuildState.LIVE]
    assert titles(SearchRuntime.open(settings, engine, OtherEncoder()), session, "lamp number 3")[0] == "Lamp number 3"


def test_what_is_published_during_a_rebuild_is_found_at_once_and_after_it(
    session: Session, engine: Engine, settings: Settings
) -> None:
    fill(session, 150)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    reader = SearchRuntime.open(settings, engine, HashEncoder())
    found_meanwhile: list[bool] = []

    def publish(batch: int) -> None:
        if batch == 2:
            add_article(session, "Copper kettle", "How to clean a copper kettle")
            bring_up_to_date(engine, settings.index_dir, HashEncoder())
            time.sleep(0.3)
            found_meanwhile.append("Copper kettle" in titles(reader, session, "copper kettle"))

    report = bring_up_to_date(engine, settings.index_dir, HookedEncoder(publish), rebuild=True)
    assert report.rebuilt
    assert found_meanwhile == [True]
    time.sleep(0.3)
    assert titles(reader, session, "copper kettle")[0] == "Copper kettle"
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []


def test_a_stopped_rebuild_goes_on_where_it_stopped(session: Session, engine: Engine, settings: Settings) -> None:
    fill(session, 150)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    live = read_manifest(settings.index_dir).build

    def stop(batch: int) -> None:
        if batch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(engine, settings.index_dir, HookedEncoder(stop), rebuild=True)
    assert read_manifest(settings.index_dir).build == live
    report = bring_up_to_date(engine, settings.index_dir, HashEncoder(), rebuild=True)
    assert report.documents == 150 - 128
    assert read_manifest(settings.index_dir).build != live
    assert set(session.scalars(select(Passage.build_id).distinct())) == {read_manifest(settings.index_dir).build}


def test_a_rebuild_that_is_given_up_for_another_encoder_leaves_nothing(
    session: Session, engine: Engine, settings: Settings
) -> None:
    fill(session, 70)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)

    def stop(batch: int) -> None:
        if batch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(engine, settings.index_dir, HookedEncoder(stop), rebuild=True)
    bring_up_to_date(engine, settings.index_dir, OtherEncoder())
    assert session.scalar(select(func.count()).select_from(IndexBuild)) == 1
    assert session.scalar(select(func.count()).select_from(Passage)) == 70


def test_old_files_stay_for_a_fixed_time_from_the_switch_whatever_their_age(
    session: Session, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(session, 3)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    entry = read_manifest(settings.index_dir).collection(CollectionName.HELP)
    old = [settings.index_dir / "help" / name for name in entry.files()]
    an_hour_ago = time.time() - 3600
    for path in old:
        os.utime(path, (an_hour_ago, an_hour_ago))
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), rebuild=True)
    assert all(path.exists() for path in old)
    add_article(session, "One more", "text")
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    assert all(path.exists() for path in old)
    monkeypatch.setattr(manifest_module, "KEEP_FOR_READERS_SECONDS", 0)
    add_article(session, "And another", "text")
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    assert not any(path.exists() for path in old)
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []


def test_a_reader_that_slept_through_cuts_and_switches_takes_up_all_of_it(
    session: Session, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.backends.faiss_tantivy.files.MOST_PENDING", 3)
    fill(session, 20)
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    sleeper = SearchRuntime.open(settings, engine, HashEncoder())
    article = add_article(session, "Copper kettle", "How to clean a copper kettle")
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    for i in range(8):
        add_article(session, f"Tin pan {i}", f"How to clean tin pan {i}")
        bring_up_to_date(engine, settings.index_dir, HashEncoder())
    change_article(session, article, status="archived")
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), rebuild=True)
    time.sleep(0.3)
    assert len(sleeper.view(CollectionName.HELP)) == 28
    assert titles(sleeper, session, "tin pan 7")[0] == "Tin pan 7"
    assert "Copper kettle" not in titles(sleeper, session, "copper kettle")


def test_files_that_cannot_be_written_cost_nothing_and_are_told_in_one_line(
    session: Session, engine: Engine, settings: Settings, run_kb: Callable[..., tuple[int, str, str]]
) -> None:
    fill(session, 30)
    assert run_kb("index")[0] == 0
    reader = SearchRuntime.open(settings, engine, HashEncoder())
    add_article(session, "Copper kettle", "How to clean a copper kettle")
    lexical = read_manifest(settings.index_dir).collection(CollectionName.HELP).lexical
    state = settings.index_dir / "help" / lexical / "kb-state.json.new"
    state.mkdir()  # nothing can be written under this name, as on a full disk
    status, _, told = run_kb("index")
    assert status == 1
    assert len(told.splitlines()) == 1
    assert "could not be written" in told
    assert "kb index" in told
    time.sleep(0.3)
    assert titles(reader, session, "lamp number 3")[0] == "Lamp number 3"
    assert "Copper kettle" not in titles(reader, session, "copper kettle")  # nobody sees it before its words are found
    state.rmdir()
    assert run_kb("index")[0] == 0
    time.sleep(0.3)
    assert titles(reader, session, "copper kettle")[0] == "Copper kettle"
    assert run_kb("index", "--verify")[0] == 0


def test_index_files_below_a_limit_of_their_size_fail_like_a_full_disk(
    session: Session, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    import subprocess
    import sys

    fill(session, 40)
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    before = read_manifest(settings.index_dir)
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "from webapp.commands import main; main(['index', '--rebuild'])"
    )
    environment = {
        **os.environ,
        "KB_HOME": settings.home_text,
        "KB_MODEL": "hash",
        "KB_DATABASE": settings.database_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("kb: ")
    assert read_manifest(settings.index_dir) == before
    assert titles(SearchRuntime.open(settings, engine, HashEncoder()), session, "lamp number 3")[0] == "Lamp number 3"
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), rebuild=True)
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []
