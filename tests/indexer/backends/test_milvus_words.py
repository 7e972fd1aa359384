"""BM25 as an inner product gives the scores that tantivy gives."""

import random
from pathlib import Path

import numpy as np
import pytest

from indexer.backends.faiss_tantivy.lexical import LexicalDocument, LexicalIndex, field_terms
from indexer.backends.milvus.catalogue import add_recent
from indexer.backends.milvus.words import CollectionStatistics, Lengths, inner_product
from kb.core.errors import IndexUnavailableError
from kb.search.fusion import describe_collection
from kb.text.terms import weighted_query_terms

WORDS = "lamp kettle brass clean ग्राहक क्रेडिट वापसी গ্রাহক অ্যাকাউন্ট refund courier broken".split()  # noqa: SIM905
NOTHING = describe_collection(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))


def documents(count: int) -> list[LexicalDocument]:
    choose = random.Random(5)
    return [
        LexicalDocument(
            number,
            choose.choice(("en", "hi", "bn")),
            " ".join(choose.choices(WORDS, k=choose.randrange(1, 5))),
            " ".join(choose.choices(WORDS, k=choose.randrange(1, 30))),
            choose.choice(("", "lamp refund?")),
        )
        for number in range(1, count + 1)
    ]


def statistics(index: LexicalIndex, some: list[LexicalDocument]) -> CollectionStatistics:
    lengths = Lengths().with_passages(map(field_terms, some))
    return CollectionStatistics(NOTHING, len(some), lengths, index.searcher().terms_by_field(), 3)


def test_scores_are_those_of_tantivy_in_every_script(tmp_path: Path) -> None:
    some = documents(200)
    index = LexicalIndex.create(tmp_path / "words")
    index.write(some, [], change_id=1)
    known = statistics(index, some)
    weights = {one.passage_id: known.lengths.weights(field_terms(one)) for one in some}
    for query, language in (
        ("brass lamp", "en"),
        ("ग्राहक क्रेडिट", "hi"),
        ("গ্রাহক অ্যাকাউন্ট refund", "bn"),
        ("riphand", "en"),
    ):
        terms = list(weighted_query_terms(query, language).items())
        ids, scores = index.searcher().search(terms, 200)
        vector = known.query(terms, len(some), {})
        own = np.array([inner_product(weights[number], vector) for number in ids.tolist()])
        assert sum(inner_product(one, vector) > 0 for one in weights.values()) == len(ids)
        np.testing.assert_allclose(own, scores, rtol=0.05)


def test_statistics_come_back_as_they_were_and_broken_ones_are_told(tmp_path: Path) -> None:
    some = documents(20)
    index = LexicalIndex.create(tmp_path / "words")
    index.write(some, [], change_id=1)
    known = statistics(index, some)
    back = CollectionStatistics.unpack(known.pack())
    assert (back.frequencies, back.described, back.word_dimensions) == (known.frequencies, 20, 3)
    assert back.lengths.in_force == pytest.approx(dict(known.lengths.in_force))
    assert not back.lengths.have_drifted()
    with pytest.raises(IndexUnavailableError, match="kb index"):
        CollectionStatistics.unpack(known.pack()[:-40])
    with pytest.raises(IndexUnavailableError):
        CollectionStatistics.unpack(b"")


def test_texts_that_became_much_longer_are_weighed_anew() -> None:
    short = LexicalDocument(1, "en", "Lamp", "clean lamp")
    long = LexicalDocument(2, "en", "Lamp", "clean lamp " * 40)
    lengths = Lengths().with_passages([field_terms(short)])
    assert not lengths.with_passages([field_terms(short)]).have_drifted()
    assert lengths.with_passages([field_terms(long)]).have_drifted()


def test_what_is_told_of_the_past_reaches_back_as_far_as_a_search_may() -> None:
    recent: list[list[float]] = []
    for second in range(100):
        recent = add_recent(recent, second, float(second), staleness=10.0)
        assert recent[0][0] == max(second - 10, 0)
        assert recent[-1][0] == second
    assert len(recent) == 11
    assert add_recent(recent, 100, 1000.0, staleness=10.0) == [[99, 99.0], [100, 1000.0]]
    assert add_recent(recent, 100, 1000.0, staleness=0.0) == [[100, 1000.0]]
