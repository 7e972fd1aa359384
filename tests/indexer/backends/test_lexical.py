"""The files of words: what is found by words, and by their sound from another script."""

from pathlib import Path

import pytest

from indexer.backends.faiss_tantivy.lexical import LexicalDocument, LexicalIndex, LexicalSearcher
from indexer.backends.faiss_tantivy.stored_passages import lexical_document
from kb.tables import Passage
from kb.text.phonetic_terms import query_phonetic_terms
from kb.text.terms import weighted_query_terms
from kb.text.vocabulary import Vocabulary


@pytest.fixture
def searcher(tmp_path: Path) -> LexicalSearcher:
    index = LexicalIndex.create(tmp_path / "segment")
    documents = [
        LexicalDocument(1, "en", "Refund times", "A refund by card takes five days.", "where is my money"),
        LexicalDocument(2, "hi", "रिफ़ंड का समय", "कार्ड पर रिफ़ंड पाँच दिन में आता है।"),
        LexicalDocument(3, "bn", "ঠিকানা বদল", "ডেলিভারি ঠিকানা বদলান।"),
    ]
    index.write(documents, [], change_id=1)
    return index.searcher()


def found(searcher: LexicalSearcher, text: str, language: str, *, by_sound: bool) -> list[int]:
    words = list(weighted_query_terms(text, language).items())
    sounds = [(sound, 1.0) for sound in query_phonetic_terms(text, language)]
    return searcher.search(sounds if by_sound else words, 10)[0].tolist()


def test_words_find_texts_of_their_own_script_and_sounds_those_of_others(searcher: LexicalSearcher) -> None:
    assert found(searcher, "refund", "en", by_sound=False) == [1]
    assert found(searcher, "refund", "en", by_sound=True) == [2]
    assert found(searcher, "রিফান্ড", "bn", by_sound=False) == []
    assert found(searcher, "রিফান্ড", "bn", by_sound=True) == [1]
    assert found(searcher, "delivery address", "en", by_sound=True) == [3]


def test_sounds_are_no_words_that_a_misspelt_one_may_be_meant_to_be(searcher: LexicalSearcher) -> None:
    vocabulary = Vocabulary(searcher.all_terms())
    assert vocabulary.frequency("refund") == 1
    sound = query_phonetic_terms("refund", "en")[0]
    assert searcher.document_frequency(sound) == 1
    assert vocabulary.frequency(sound) == 0


def test_article_that_only_points_to_another_is_not_found_by_its_words() -> None:
    text = "Then follow Marked delivered but not received."
    passage = Passage(id=1, part="body", language="en", heading_path=["Track"], text=text, references=[[12, 45]])
    document = lexical_document(passage)
    assert document.body == "Then follow ."
