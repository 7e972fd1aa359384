"""How customers ask in five ways of writing, against the sample content: the right article, or an honest "no answer"."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sample_index import SampleIndex
from sklearn.metrics import roc_auc_score
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.search.types import Audience, Outcome, SearchAnswer

pytestmark = pytest.mark.bundled

LANGUAGES = ("en", "hi", "bn")
GOLDEN = Path(__file__).parent / "golden.jsonl"


@dataclass(frozen=True)
class Asked:
    """A golden query, what should answer it, and what it got."""

    text: str
    language: str
    answers: list[str]
    got: SearchAnswer

    @property
    def base_language(self) -> str:
        return self.language.split("-")[0]

    def found_within(self, depth: int) -> bool:
        return any(result.url.rsplit("/", 1)[-1] in self.answers for result in self.got.results[:depth])


@pytest.fixture(scope="module")
def asked(sample_index: SampleIndex) -> list[Asked]:
    searcher = sample_index.open().searcher(Audience.CUSTOMER)
    with session_scope(sample_index.engine) as session:
        return [
            Asked(row["text"], row["lang"], row["answers"], _search(searcher.search, session, row))
            for row in map(json.loads, _lines())
        ]


def _lines() -> Iterator[str]:
    yield from GOLDEN.read_text("utf-8").splitlines()


def _search(search: Callable[..., SearchAnswer], session: Session, row: dict[str, str]) -> SearchAnswer:
    return search(session, row["text"], reader_language=row["lang"].split("-")[0], limit=10)


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


# The aim is .95 per language, a spread of .04 and a miss F1 of .90. These are the floors under what is reached today
# (hit@3 .96 / 1.0 / .97; AUROC .86); docs/decisions/0005 and 0006 say what was tried and what is next.
LEAST_FOUND, MOST_SPREAD, LEAST_FOUND_ROMANISED, LEAST_AUROC, LEAST_F1 = 0.95, 0.05, 0.92, 0.84, 0.48


def test_the_right_article_is_among_the_first_three_in_every_language_alike(asked: list[Asked]) -> None:
    shares = {
        language: _share([a.found_within(3) for a in asked if a.answers and a.base_language == language])
        for language in LANGUAGES
    }
    missed = [(a.language, a.text, a.answers) for a in asked if a.answers and not a.found_within(3)]
    assert min(shares.values()) >= LEAST_FOUND, (shares, missed)
    assert max(shares.values()) - min(shares.values()) <= MOST_SPREAD, shares


def test_latin_letters_find_as_well_as_the_own_script(asked: list[Asked]) -> None:
    latin = [a.found_within(3) for a in asked if a.answers and a.language.endswith("Latn")]
    assert _share(latin) >= LEAST_FOUND_ROMANISED


def test_what_nothing_answers_is_less_certain_than_what_something_does(asked: list[Asked]) -> None:
    area = roc_auc_score([bool(a.answers) for a in asked], [a.got.confidence for a in asked])
    assert area >= LEAST_AUROC


def test_misses_are_told_from_answers_at_the_shipped_threshold(asked: list[Asked]) -> None:
    missed = [a for a in asked if a.got.outcome is Outcome.NONE]
    rightly = sum(not a.answers for a in missed)
    f1 = 2 * rightly / (len(missed) + sum(not a.answers for a in asked))
    assert f1 >= LEAST_F1


def test_questions_of_another_world_are_not_answered(asked: list[Asked]) -> None:
    """Half of the unanswerable questions are about this very shop, which is hard; of the others few may look answered."""
    unanswerable = [a for a in asked if not a.answers]
    answered = [a.text for a in unanswerable if a.got.outcome is Outcome.ANSWERED]
    assert len(answered) <= 0.1 * len(unanswerable), answered
