"""Words with a slip of the finger find what they are meant to find, in every way of writing, against the sample content."""

import json
from functools import partial
from pathlib import Path

import pytest
import regex
from sample_index import SampleIndex
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.search.query_processing import process_query
from kb.search.searcher import Searcher
from kb.search.types import Audience, CollectionName, is_known_term
from kb.tables import Article
from kb.text.language import guess_language
from kb.text.terms import is_function_word, normalise

pytestmark = pytest.mark.bundled

GOLDEN = Path(__file__).with_name("golden.jsonl")
_WORD = regex.compile(r"[\p{L}\p{M}]{5,}")

# Two neighbours changed round in one word of each query take hit@3 from .93 to .84 where nothing is done about it; it is .91.
LEAST_FOUND = 0.88


def misspell(text: str) -> str:
    """The text with two letters changed round in the middle of its longest word that says something."""
    words = [match for match in _WORD.finditer(text) if not is_function_word(normalise(match[0]), guess_language(text))]
    if not words:
        return text
    match = max(words, key=lambda found: len(found[0]))
    word, middle = match[0], len(match[0]) // 2
    wrong = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
    return text[: match.start()] + wrong + text[match.end() :]


def found(searcher: Searcher, session: Session, text: str, language: str) -> list[str]:
    answer = searcher.search(session, text, reader_language=language.split("-")[0], limit=10)
    return [result.url.rsplit("/", 1)[-1] for result in answer.results]


def test_queries_with_a_slip_are_answered_almost_as_well_as_without(sample_index: SampleIndex) -> None:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    hits: list[bool] = []
    with session_scope(sample_index.engine) as session:
        for row in map(json.loads, GOLDEN.read_text("utf-8").splitlines()):
            if row["answers"] and misspell(row["text"]) != row["text"]:
                first = found(searcher, session, misspell(row["text"]), row["lang"])[:3]
                hits.append(not set(first).isdisjoint(row["answers"]))
    assert len(hits) > 250
    assert sum(hits) / len(hits) >= LEAST_FOUND


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("brokne", "damaged-or-wrong-item"),
        ("भकिश्त", "pay-by-emi"),
        ("বযাতিল", "cancel-an-order"),
        ("insallment", "pay-by-emi"),
    ],
)
def test_a_misspelt_word_finds_what_its_letters_and_its_vector_do_not(
    sample_index: SampleIndex, text: str, answer: str
) -> None:
    runtime = sample_index.open()
    language = guess_language(text)
    help_centre = runtime.view(CollectionName.HELP)
    typed = process_query(text, language, partial(is_known_term, [help_centre]))
    by_vector, _ = help_centre.search_dense(runtime.encoder.encode_queries([typed.text])[0], 3)
    by_words, _ = help_centre.search_lexical(list(typed.terms.items()), 3)
    with session_scope(sample_index.engine) as session:
        for ids in (by_vector, by_words):
            documents = help_centre.fetch(ids).facts.documents.tolist()
            assert answer not in [session.get_one(Article, document).translation_key for document in documents]
        # "insallment" may also be an installation: then the other article stands right below.
        assert answer in found(runtime.searcher(Audience.CUSTOMER), session, text, language)[:2]
