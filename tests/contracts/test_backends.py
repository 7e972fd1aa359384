"""What every engine that holds the collections promises (`indexer.backends.protocol`, `kb.search.types.Collection`)."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.files import BuildFiles
from indexer.backends.faiss_tantivy.reader import IndexReader
from indexer.backends.faiss_tantivy.segment import VectorSizes
from indexer.backends.milvus.connection import MilvusConnection, connection_to
from indexer.backends.milvus.reader import MilvusReader
from indexer.backends.milvus.writer import MilvusBuild
from indexer.backends.protocol import BackendReader, BackendWriter
from indexer.builds import start_live_build
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from kb.core.index_settings import MilvusAddress
from kb.core.settings import Settings
from kb.search.types import Collection, CollectionName
from kb.tables import IndexChange, Passage
from kb.text.terms import weighted_query_terms

ENCODER = HashEncoder()
FINGERPRINT = index_fingerprint(ENCODER)
HELP, INTERNAL = CollectionName.HELP, CollectionName.INTERNAL


@dataclass(frozen=True)
class Backend:
    write: Callable[[Engine, Path, int], BackendWriter]
    read: Callable[[Engine, Path], BackendReader]
    keeps_removed: bool = True  # in the views that had it


def _faiss_writer(engine: Engine, folder: Path, build: int) -> BackendWriter:
    files = BuildFiles(engine, folder, build, FINGERPRINT, VectorSizes.of(ENCODER))
    files.open(check=True)
    return files


def _milvus_connection(folder: Path) -> MilvusConnection:
    return connection_to(MilvusAddress(str(folder.parent / "milvus.db"), "", "", 10.0))


def _milvus_writer(engine: Engine, folder: Path, build: int) -> BackendWriter:
    writer = MilvusBuild(engine, _milvus_connection(folder), folder, build, FINGERPRINT, VectorSizes.of(ENCODER))
    writer.open(check=True)
    return writer


BACKENDS = {
    "faiss_tantivy": Backend(_faiss_writer, lambda engine, folder: IndexReader(engine, folder, FINGERPRINT)),
    "milvus": Backend(
        _milvus_writer,
        lambda engine, folder: MilvusReader(engine, _milvus_connection(folder), folder, FINGERPRINT),
        keeps_removed=False,
    ),
}


class World:
    """Passages in the database, an engine that writes them, and one that reads what was written."""

    def __init__(self, backend: Backend, engine: Engine, session: Session, folder: Path) -> None:
        self.backend, self.session = backend, session
        folder.mkdir(parents=True, exist_ok=True)
        self.build = start_live_build(session, FINGERPRINT).id
        session.commit()
        self.writer = backend.write(engine, folder, self.build)
        self.reader = backend.read(engine, folder)

    def add(self, text: str, *, collection: CollectionName = HELP, document: int = 1, **fields: object) -> int:
        embedded = ENCODER.embed_passages([text])
        values: dict[str, object] = {
            "build_id": self.build, "document_kind": "article", "document_group": document, "position": 0, "language": "en",
            "part": "body", "heading_path": [f"Title {document}"], "text_hash": "", "vector": embedded.vectors[0].tobytes(),
            "word_vectors": embedded.words[0].tobytes(), **fields,
        }  # fmt: skip
        passage = Passage(collection=collection.value, document_id=document, text=text, **values)
        self.session.add(passage)
        self.session.flush()
        self._note(passage, "add")
        return passage.id

    def remove(self, passage_id: int) -> None:
        passage = self.session.get_one(Passage, passage_id)
        self._note(passage, "remove")
        self.session.delete(passage)

    def _note(self, passage: Passage, operation: str) -> None:
        self.session.add(
            IndexChange(
                build_id=passage.build_id, collection=passage.collection, passage_id=passage.id, operation=operation
            )
        )

    def apply(self, *, settle: bool = False) -> None:
        self.session.commit()
        self.writer.apply(settle=settle)
        self.reader.look()
        assert self.reader.problem is None

    def view(self, name: CollectionName = HELP) -> Collection:
        return self.reader.view(name)


@pytest.fixture(params=BACKENDS)
def world(request: pytest.FixtureRequest, engine: Engine, session: Session, settings: Settings) -> World:
    return World(BACKENDS[request.param], engine, session, settings.index_dir)


def dense(view: Collection, text: str, limit: int = 10) -> list[int]:
    return view.search_dense(ENCODER.encode_queries([text])[0], limit)[0].tolist()


def lexical(view: Collection, text: str, limit: int = 10, language: str = "en") -> list[int]:
    return view.search_lexical(list(weighted_query_terms(text, language).items()), limit)[0].tolist()


def everything(view: Collection, text: str) -> tuple[set[int], set[int]]:
    return set(dense(view, text, 1000)), set(lexical(view, text, 1000))


def test_nothing_is_found_where_nothing_is(world: World) -> None:
    world.apply()
    for name in CollectionName:
        view = world.view(name)
        assert view.name == name
        assert everything(view, "lamp") == (set(), set())
        assert view.stats(["lamp"]).passages == 0
        assert view.stats(["lamp"]).frequencies == {"lamp": 0}
        assert len(view.fetch(np.zeros(0, np.int64)).ids) == 0


@pytest.mark.parametrize("settle", [False, True])
def test_the_nearest_come_first_with_their_cosines(world: World, settle: bool) -> None:
    texts = ["brass lamp", "brass kettle", "brass lamp shade", "wooden chair", "दीपक पीतल का"]
    ids = [world.add(text, document=number) for number, text in enumerate(texts, start=1)]
    world.apply(settle=settle)
    vector = ENCODER.encode_queries(["brass lamp"])[0]
    expected = ENCODER.encode_passages(texts) @ vector
    found, cosines = world.view().search_dense(vector, 3)
    assert found.tolist() == [ids[place] for place in np.argsort(-expected)[:3]]
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:3], atol=0.01)
    assert set(dense(world.view(), "brass lamp", 100)) == set(ids)


@pytest.mark.parametrize("settle", [False, True])
def test_words_find_the_passages_that_have_them_the_best_first(world: World, settle: bool) -> None:
    once = world.add("A lamp and many other words that are about something else altogether", document=1)
    twice = world.add("Lamp: the lamp", document=2)
    world.add("A chair", document=3)
    hindi = world.add("ग्राहक का क्रेडिट", document=4, language="hi")
    bengali = world.add("গ্রাহক অ্যাকাউন্ট", document=5, language="bn")
    world.apply(settle=settle)
    view = world.view()
    assert lexical(view, "lamp") == [twice, once]
    assert lexical(view, "lamp", limit=1) == [twice]
    assert lexical(view, "क्रेडिट", language="hi") == [hindi]
    assert lexical(view, "অ্যাকাউন্ট", language="bn") == [bengali]
    assert lexical(view, "zeppelin") == []
    assert view.search_lexical([], 5)[0].tolist() == []
    scores = view.search_lexical(list(weighted_query_terms("lamp", "en").items()), 5)[1]
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert (scores > 0).all()


def test_weights_decide_between_terms(world: World) -> None:
    lamp, chair = world.add("lamp", document=1), world.add("chair", document=2)
    world.apply()
    (a, _), (b, _) = weighted_query_terms("lamp", "en").popitem(), weighted_query_terms("chair", "en").popitem()
    assert world.view().search_lexical([(a, 5.0), (b, 0.1)], 2)[0].tolist() == [lamp, chair]
    assert world.view().search_lexical([(a, 0.1), (b, 5.0)], 2)[0].tolist() == [chair, lamp]


@pytest.mark.parametrize("settle", [False, True])
def test_columns_are_in_the_order_asked_for_and_know_what_is_not_there(world: World, settle: bool) -> None:
    first = world.add("Clean the lamp. Dry it.", document=7, document_group=70, language="hi", part="questions")
    second = world.add("Wooden chair", document=8, document_group=80)
    world.apply(settle=settle)
    asked = np.array([second, 999_999, first], np.int64)
    columns = world.view().fetch(asked)
    assert columns.ids.tolist() == asked.tolist()
    assert columns.facts.known.tolist() == [True, False, True]
    assert columns.facts.documents[[0, 2]].tolist() == [8, 7]
    assert columns.facts.groups[[0, 2]].tolist() == [80, 70]
    assert columns.facts.languages[0] != columns.facts.languages[2]
    assert columns.facts.parts[0] != columns.facts.parts[2]
    vectors = ENCODER.encode_passages(["Wooden chair", "Clean the lamp. Dry it."])
    np.testing.assert_allclose(columns.vectors[[0, 2]], vectors, atol=0.02)
    assert not columns.vectors[1].any()
    words = ENCODER.embed_passages(["Wooden chair"]).words[0]
    np.testing.assert_array_equal(np.asarray(columns.token_vectors[0]).reshape(words.shape), words)
    assert len(columns.token_vectors[1]) == 0
    assert columns.texts[1] is None
    shown = columns.texts[2]
    assert shown is not None
    assert (shown.text, list(shown.heading_path)) == ("Clean the lamp. Dry it.", ["Title 7"])
    assert [shown.text[:end] for end in shown.ends] == ["Clean the lamp.", "Clean the lamp. Dry it."]


@pytest.mark.parametrize("settle", [False, True])
def test_passages_of_a_document_and_of_a_group(world: World, settle: bool) -> None:
    body = world.add("Lamp", document=1, document_group=5)
    more = world.add("Lamp more", document=1, document_group=5, position=1)
    hindi = world.add("दीपक", document=2, document_group=5, language="hi")
    world.add("Chair", document=3, document_group=6)
    world.apply(settle=settle)
    view = world.view()
    assert set(view.fetch(documents=[1]).ids.tolist()) == {body, more}
    assert set(view.fetch(groups=np.array([5], np.int64)).ids.tolist()) == {body, more, hindi}
    assert view.fetch(documents=[99]).ids.tolist() == []


@pytest.mark.parametrize("settle", [False, True])
def test_how_many_have_a_term_and_which_words_there_are(world: World, settle: bool) -> None:
    for number in range(1, 6):
        world.add("brass lamp" if number < 4 else "wooden chair", document=number)
    world.apply(settle=settle)
    [term] = weighted_query_terms("lamp", "en")
    stats = world.view().stats([term, "zeppelin"])
    assert stats.passages == 5
    assert stats.frequencies == {term: 3, "zeppelin": 0}


@pytest.mark.parametrize("settle", [False, True])
def test_what_is_removed_or_changed_is_found_nowhere_as_it_was(world: World, settle: bool) -> None:
    gone, stays = world.add("brass lamp", document=1), world.add("brass kettle", document=2)
    world.apply(settle=settle)
    world.remove(gone)
    new = world.add("brass lantern", document=1)
    world.apply()
    for _ in range(2):  # applying what was applied does no harm
        view = world.view()
        assert everything(view, "brass") == ({stays, new}, {stays, new})
        assert lexical(view, "lamp") == []
        assert view.fetch(np.array([gone], np.int64)).facts.known.tolist() == [False]
        assert view.fetch(documents=[1]).ids.tolist() == [new]
        assert view.stats().passages == 2
        world.apply(settle=settle)


def test_collections_and_builds_are_kept_apart(world: World) -> None:
    public, internal = world.add("brass lamp"), world.add("brass lamp", collection=INTERNAL, document=2)
    world.add("brass lamp", document=3, build_id=world.build + 1)
    world.apply()
    assert everything(world.view(), "brass lamp") == ({public}, {public})
    assert everything(world.view(INTERNAL), "brass lamp") == ({internal}, {internal})
    assert world.view().fetch(np.array([internal], np.int64)).facts.known.tolist() == [False]
    assert everything(world.view(CollectionName.TICKETS), "brass lamp") == (set(), set())


def test_a_view_stays_as_it_was_while_news_come(world: World) -> None:
    old = world.add("brass lamp")
    world.apply()
    before = world.view()
    world.remove(old)
    world.add("brass kettle", document=2)
    world.apply(settle=True)
    assert dense(before, "brass lamp") == [old]
    assert before.fetch(np.array([old], np.int64)).texts[0] is not None
    assert dense(world.view(), "brass lamp") != [old]


def test_any_changes_leave_what_the_database_has(world: World) -> None:
    choose = random.Random(7)
    present: list[int] = []
    for _ in range(40):
        for _change in range(choose.randrange(6)):
            if present and choose.random() < 0.4:
                world.remove(present.pop(choose.randrange(len(present))))
            else:
                present.append(world.add(f"brass thing {choose.randrange(9)}", document=choose.randrange(1, 9)))
        if choose.random() < 0.5:
            world.apply(settle=choose.random() < 0.2)
    world.apply()
    assert set(world.session.scalars(select(Passage.id))) == set(present)
    assert everything(world.view(), "brass thing") == (set(present), set(present))
    columns = world.view().fetch(np.array(sorted(present), np.int64))
    texts = {number: text for number, text in world.session.execute(select(Passage.id, Passage.text))}  # noqa: C416
    assert [shown.text for shown in columns.texts if shown] == [texts[number] for number in sorted(present)]


def test_who_opens_later_or_again_finds_the_same(world: World, engine: Engine, settings: Settings) -> None:
    ids = {world.add(f"brass lamp {number}", document=number) for number in range(1, 8)}
    world.apply()
    other = world.backend.read(engine, settings.index_dir)
    assert everything(other.view(HELP), "brass lamp") == (ids, ids)
    again = world.backend.write(engine, settings.index_dir, world.build)
    world.remove(ids.pop())
    world.session.commit()
    again.apply()
    other.look()
    assert everything(other.view(HELP), "brass lamp") == (ids, ids)


def test_threads_search_while_changes_come(world: World) -> None:
    stays = world.add("brass lamp that stays")
    world.apply()
    stop, wrong = threading.Event(), []
    removed: set[int] = set()

    def search() -> None:
        while not stop.is_set():
            view = world.view()
            if stays not in dense(view, "brass lamp that stays", 50) or stays not in lexical(view, "stays", 50):
                wrong.append(1)
            ids = view.search_dense(ENCODER.encode_queries(["brass lamp"])[0], 50)[0]
            texts = view.fetch(ids).texts
            missing = {number for number, text in zip(ids.tolist(), texts, strict=True) if text is None}
            if missing and (world.backend.keeps_removed or missing - removed):
                wrong.append(2)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(2, 22):
            added = world.add(f"brass lamp {number}", document=number)
            world.apply(settle=number % 7 == 0)
            if number % 2:
                removed.add(added)
                world.remove(added)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong
