"""Leaks planted in ordinary replies are found, and clean replies are left alone, with the bundled encoder."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sample_index import SampleIndex
from sqlalchemy import Engine

from indexer.runtime import SearchRuntime
from kb.articles import list_articles, plain_text, sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import Base
from kb.text.sentences import split_sentences

HERE = Path(__file__).parent / "leaks"
HALVES = ("dev", "heldout")
pytestmark = pytest.mark.bundled


@dataclass(frozen=True)
class Place:
    """A company: its articles, indexed."""

    engine: Engine
    runtime: SearchRuntime

    def leaks(self, text: str) -> list[str]:
        collections = self.runtime.searcher(Audience.REP).views()
        with session_scope(self.engine) as session:
            return [leak.sentence for leak in self.runtime.leak_guard.check(session, text, collections).leaks]


@pytest.fixture(scope="module")
def places(
    sample_index: SampleIndex, tmp_path_factory: pytest.TempPathFactory, bundled_models: Path
) -> Iterator[Mapping[str, Place]]:
    """The sample shop, and a second company that nothing was fitted on."""
    home = tmp_path_factory.mktemp("megh")
    (home / "models").symlink_to(bundled_models)
    settings = replace(Settings(), home_text=str(home))
    with ExitStack() as stack:
        engine = create_database_engine(settings)
        stack.callback(engine.dispose)
        Base.metadata.create_all(engine)
        with session_scope(engine) as session:
            sync_folder(session, HERE / "megh_fibre", default_language="en")
        SearchRuntime.open(settings, engine).update()
        megh = SearchRuntime.open(settings, engine)
        stack.callback(megh.close)
        shop = sample_index.open()
        stack.callback(shop.close)
        yield {"shop": Place(sample_index.engine, shop), "megh": Place(engine, megh)}


def read(name: str, fields: int) -> list[list[str]]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line.split("|", fields - 1) for line in lines if line and not line.startswith("#")]


def planted(half: str) -> Iterator[tuple[str, str, str]]:
    """Company, leak, and a reply of several sentences in the same language with the leak in the middle."""
    clean = read(f"{half}_clean.txt", 3)
    for number, (company, language, _, _, leak) in enumerate(read(f"{half}_leaks.txt", 5)):
        hosts = [reply for of, tongue, reply in clean if of == company and tongue == language]
        hosts = hosts or [reply for of, _, reply in clean if of == company]
        sentences = split_sentences(hosts[number % len(hosts)])
        middle = max(1, len(sentences) // 2)
        yield company, leak, " ".join((*sentences[:middle], leak, *sentences[middle:]))


@pytest.mark.parametrize("half", HALVES)
def test_planted_leaks_are_found(half: str, places: Mapping[str, Place]) -> None:
    rows = list(planted(half))
    missed = [leak for company, leak, text in rows if leak not in places[company].leaks(text)]
    assert len(rows) == 50
    assert len(missed) <= 2, missed


@pytest.mark.parametrize("half", HALVES)
def test_clean_replies_are_left_alone(half: str, places: Mapping[str, Place]) -> None:
    rows = read(f"{half}_clean.txt", 3)
    alarms = [(reply, found) for company, _, reply in rows if (found := places[company].leaks(reply))]
    assert len(rows) == 100
    assert len(alarms) <= 2, alarms


def test_what_public_articles_say_is_no_leak_sentence_by_sentence(places: Mapping[str, Place]) -> None:
    """Whole public articles, which share subject and numbers with the internal ones."""
    root = Path(__file__).parents[2] / "articles" / "en"
    texts = [(root / name).read_text("utf-8").split("---", 2)[2] for name in ("payments/cash-on-delivery.md",)]
    texts.append((HERE / "megh_fibre/en/help/pay-your-bill.md").read_text("utf-8").split("---", 2)[2])
    for place, text in zip((places["shop"], places["megh"]), texts, strict=True):
        assert len(place.leaks(text)) <= 1


def test_a_reply_of_six_sentences_is_checked_quickly(places: Mapping[str, Place]) -> None:
    reply = (
        "Hello Asha. I have looked at your order. The lamp was packed this morning. It should reach you by Friday. "
        "A refund takes five to seven working days. Please write again if anything is missing."
    )
    place = places["shop"]
    place.leaks(reply)

    def seconds_of(work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    # New to the guard, every sentence. A busy machine is slow in all: then no more than a few times what encoding it takes.
    new = [reply.replace(" ", f" {number} ", 40) for number in range(5)]
    checking = min(seconds_of(lambda text=text: place.leaks(text)) for text in new)
    encoder = place.runtime.encoder
    encoding = min(seconds_of(lambda: [encoder.encode_queries([one]) for one in split_sentences(new[0])]) for _ in new)
    assert checking <= max(0.15, 4 * encoding)
    # Typed on: one sentence is new.
    typed_on = min(seconds_of(lambda n=n: place.leaks(f"{reply} And the number is {n}.")) for n in range(5))
    assert typed_on <= max(0.1, 2 * encoding)


def test_a_public_article_that_is_sent_whole_raises_nothing(places: Mapping[str, Place]) -> None:
    """What the desk inserts as text: with marks of lists, numbers of steps, and addresses in brackets."""
    place = places["shop"]
    with session_scope(place.engine) as session:
        articles = [article for article in list_articles(session, status="published") if article.audience == "public"]
        texts = {article.slug: plain_text(article.body) for article in articles if article.language == "en"}
    raised = {slug: found for slug, text in texts.items() if (found := place.leaks(text))}
    print(f"{len(raised)} of {len(texts)} public articles raise something")
    assert len(raised) <= 1, raised
