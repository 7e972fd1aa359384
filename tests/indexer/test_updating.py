"""Incremental indexing, what it encodes, and what happens when it is interrupted or its files are damaged."""

import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from content_factory import add_article, add_ticket, change_article
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.manifest import CollectionEntry, read_manifest
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.errors import ModelError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import Vectors
from kb.search.types import Audience, CollectionName
from kb.tables import IndexChange, Passage


class CountingEncoder(HashEncoder):
    """The hash encoder with a list of what it was asked to encode."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.encoded += texts
        return super().encode_passages(texts, progress)


LONG = "word " * 150


def update(engine: Engine, settings: Settings, encoder: HashEncoder | None = None, **options: bool) -> int:
    return bring_up_to_date(engine, settings.index_dir, encoder or HashEncoder(), **options).encoded


def test_unchanged_content_encodes_nothing(session: Session, engine: Engine, settings: Settings) -> None:
    add_article(session, "Refunds", "When they come.", also_asked=["money back"])
    add_ticket(session, "Broken lamp", "The lamp came broken", "Sent a new one")
    encoder = CountingEncoder()
    assert update(engine, settings, encoder) == 4  # body, other wording, problem, resolution
    encoder.encoded.clear()
    assert update(engine, settings, encoder) == 0
    assert encoder.encoded == []


def test_one_edited_paragraph_encodes_only_its_passage(session: Session, engine: Engine, settings: Settings) -> None:
    body = "\n\n".join(f"## Part {i}\n\n{LONG} number {i}" for i in range(5))
    article = add_article(session, "Long", body)
    update(engine, settings)
    encoder = CountingEncoder()
    change_article(session, article, body=body.replace("number 3", "number three"))
    assert update(engine, settings, encoder) == 1
    assert "number three" in encoder.encoded[0]
    kept = session.scalar(select(func.count()).select_from(Passage))
    assert kept == 5


def test_a_changed_owner_encodes_nothing(session: Session, engine: Engine, settings: Settings) -> None:
    article = add_article(session, "Refunds", "When they come.")
    update(engine, settings)
    change_article(session, article, owner="someone@example.com")
    encoder = CountingEncoder()
    assert update(engine, settings, encoder) == 0
    assert verify_index(engine, settings.index_dir, index_fingerprint(encoder)) == []


def test_a_stopped_run_keeps_what_was_finished_and_the_next_one_goes_on(
    session: Session, engine: Engine, settings: Settings
) -> None:
    for i in range(150):
        add_article(session, f"Article {i}", f"Text number {i}")

    def stop_in_the_third_batch(done: int, _total: int) -> None:
        if done > 128:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(engine, settings.index_dir, HashEncoder(), stop_in_the_third_batch)
    finished = session.scalar(select(func.count()).select_from(Passage))
    assert finished == 128
    assert update(engine, settings) == 150 - 128
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []


def test_publishing_internally_and_archiving_move_and_remove_passages(
    session: Session, engine: Engine, settings: Settings, open_runtime: Callable[[], SearchRuntime]
) -> None:
    article = add_article(session, "Refund limits", "Up to 2000 alone")
    runtime = open_runtime()
    runtime.update()
    customer, rep = runtime.searcher(Audience.CUSTOMER), runtime.searcher(Audience.REP)
    assert [r.id for r in customer.search(session, "refund limits", reader_language="en").results] == [article.id]
    change_article(session, article, audience="internal")
    runtime.update()
    assert customer.search(session, "refund limits", reader_language="en").results == []
    assert [r.id for r in rep.search(session, "refund limits", reader_language="en").results] == [article.id]
    change_article(session, article, status="archived")
    runtime.update()
    assert rep.search(session, "refund limits", reader_language="en").results == []
    assert session.scalar(select(func.count()).select_from(Passage)) == 0


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def _entry(index: Path) -> CollectionEntry:
    return read_manifest(index).collection(CollectionName.HELP)


def _segment(index: Path) -> Path:
    return index / "help" / _entry(index).segments[0].name


@pytest.mark.parametrize(
    "harm",
    [
        lambda index: _damage(_segment(index) / "dense.faiss"),
        lambda index: _damage(_segment(index) / "passages.npz"),
        lambda index: _damage(_segment(index) / "texts.bin"),
        lambda index: (_segment(index) / "ids.npy").unlink(),
        lambda index: shutil.rmtree(_segment(index)),
        lambda index: _damage(index / "help" / _entry(index).statistics),
        lambda index: (index / "help" / _entry(index).statistics).unlink(),
        lambda index: shutil.rmtree(index / "help" / _entry(index).lexical),
        lambda index: (index / "help" / _entry(index).lexical / "meta.json").write_text("{"),
        lambda index: (index / "manifest.json").write_text("{"),
        lambda index: (index / "manifest.json").write_text("[" * 100_000),
        lambda index: (index / "manifest.json").write_text('{"format": 8, "build": 1}'),
        lambda index: (index / "manifest.json").unlink(),
        lambda index: shutil.rmtree(index / "help"),
        lambda index: shutil.rmtree(index),
    ],
)
def test_broken_or_missing_files_are_made_anew_without_encoding(
    session: Session, engine: Engine, settings: Settings, harm: Callable[[Path], object]
) -> None:
    article = add_article(session, "Refunds", "When they come.")
    update(engine, settings, compare=True)
    harm(settings.index_dir)
    encoder = CountingEncoder()
    runtime = SearchRuntime.open(settings, engine, encoder)
    found = runtime.searcher(Audience.CUSTOMER).search(session, "refunds", reader_language="en").results
    assert [result.id for result in found] == [article.id]
    assert encoder.encoded == []


def test_vectors_of_another_model_are_refused_with_both_names_and_the_command(
    session: Session, engine: Engine, settings: Settings
) -> None:
    add_article(session, "Refunds", "When they come.")
    update(engine, settings)

    class OtherEncoder(HashEncoder):
        fingerprint = "other/1"

    with pytest.raises(ModelError) as caught:
        SearchRuntime.open(settings, engine, OtherEncoder())
    assert "hash/256/1" in str(caught.value)
    assert "other/1" in str(caught.value)
    assert "kb index" in str(caught.value)
    assert update(engine, settings, OtherEncoder()) == 1  # the command mends it
    SearchRuntime.open(settings, engine, OtherEncoder())


def test_rebuild_makes_everything_anew_and_never_gives_an_id_out_twice(
    session: Session, engine: Engine, settings: Settings
) -> None:
    add_article(session, "Refunds", "When they come.")
    update(engine, settings)
    before = session.scalars(select(Passage.id)).all()
    assert update(engine, settings, rebuild=True) == 1
    after = session.scalars(select(Passage.id)).all()
    assert max(before) < min(after)


def test_many_changes_cut_a_segment_and_few_do_not(
    session: Session, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.backends.faiss_tantivy.files.MOST_PENDING", 5)
    add_article(session, "First", "text")
    update(engine, settings, compare=True)
    first = read_manifest(settings.index_dir)
    add_article(session, "Second", "text")
    update(engine, settings)
    assert read_manifest(settings.index_dir) == first
    for i in range(6):
        add_article(session, f"More {i}", "text")
    update(engine, settings)
    assert sum(segment.passages for segment in _entry(settings.index_dir).segments) == 8
    # Other machines may not have seen them yet; an hour later all have, or write their files anew.
    assert session.scalar(select(func.count()).where(IndexChange.collection == "help")) == 8
    monkeypatch.setattr("indexer.backends.faiss_tantivy.files.KEEP_CHANGES", timedelta(0))
    update(engine, settings, compare=True)
    for i in range(6):
        add_article(session, f"Still more {i}", "text")
    update(engine, settings)
    assert session.scalar(select(func.count()).where(IndexChange.collection == "help")) == 1


def test_stored_vectors_are_unit_length_float32_little_endian(
    session: Session, engine: Engine, settings: Settings
) -> None:
    add_article(session, "Refunds", "When they come.")
    update(engine, settings)
    data = session.scalars(select(Passage.vector)).one()
    vector = np.frombuffer(data, "<f4")
    assert vector.shape == (256,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
