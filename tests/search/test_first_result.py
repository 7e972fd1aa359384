"""Which of the collections' results comes first at the desk, and what is said of it."""

import pytest

from kb.search.first_result import join_answers
from kb.search.types import Outcome, Result, SearchAnswer


def _answer(audience: str, outcome: Outcome, confidence: float, *scores: float, missing: str = "") -> SearchAnswer:
    kind = "ticket" if audience == "tickets" else "article"
    results = [
        Result(kind, number, f"{audience} {number}", "en", "", "", audience, score, False, (0, 0), "", (), {}, "", "")
        for number, score in enumerate(scores)
    ]
    return SearchAnswer("q", "en", outcome, confidence, results, {}, "", missing=[missing] if missing else [])


PUBLIC = _answer("public", Outcome.UNSURE, 0.4, 0.4, 0.3)
NOTHING_PUBLIC = _answer("public", Outcome.NONE, 0.1, 0.4, 0.3)
LIKE_IT = _answer("internal", Outcome.UNSURE, 0.45, 0.5)
SURE = _answer("internal", Outcome.ANSWERED, 0.9, 0.35)
TICKETS = _answer("tickets", Outcome.ANSWERED, 0.99, 0.9, 0.2)


@pytest.mark.parametrize(
    ("answers", "titles", "confidence"),
    [
        ([PUBLIC], ["public 0", "public 1"], 0.4),
        # What can be sent comes before what a colleague wrote elsewhere, whatever their scores.
        ([PUBLIC, LIKE_IT, TICKETS], ["public 0", "tickets 0", "internal 0", "public 1", "tickets 1"], 0.4),
        ([PUBLIC, SURE, TICKETS], ["internal 0", "tickets 0", "public 0", "public 1", "tickets 1"], 0.9),
        ([NOTHING_PUBLIC, LIKE_IT, TICKETS], ["internal 0", "tickets 0", "tickets 1", "public 0", "public 1"], 0.45),
        ([NOTHING_PUBLIC, TICKETS], ["tickets 0", "tickets 1", "public 0", "public 1"], 0.99),
        ([_answer("public", Outcome.NONE, 0.0), _answer("internal", Outcome.NONE, 0.1, 0.2)], ["internal 0"], 0.1),
        ([_answer("public", Outcome.NONE, 0.0), _answer("internal", Outcome.NONE, 0.0)], [], 0.0),
    ],
)
def test_what_can_be_sent_comes_first_unless_something_else_is_surer(
    answers: list[SearchAnswer], titles: list[str], confidence: float
) -> None:
    joined = join_answers(answers, 10)
    assert [result.title for result in joined.results] == titles
    assert joined.confidence == confidence


def test_results_of_a_collection_that_does_not_answer_are_less_likely() -> None:
    joined = join_answers([PUBLIC, _answer("tickets", Outcome.NONE, 0.1, 0.9)], 10)
    assert [(r.title, r.less_likely) for r in joined.results] == [
        ("public 0", False),
        ("public 1", False),
        ("tickets 0", True),
    ]
    # Where nothing answers, one is as likely as the other.
    assert not any(
        r.less_likely for r in join_answers([NOTHING_PUBLIC, _answer("tickets", Outcome.NONE, 0.1, 0.9)], 9).results
    )


def test_the_collection_that_has_the_error_code_comes_first() -> None:
    without = _answer("public", Outcome.UNSURE, 0.7, 0.8, missing="E-77")
    joined = join_answers([without, _answer("tickets", Outcome.UNSURE, 0.5, 0.3)], 10)
    assert (joined.results[0].title, list(joined.missing)) == ("tickets 0", [])


def test_no_more_than_were_asked_for_are_given() -> None:
    assert len(join_answers([PUBLIC, TICKETS], 3).results) == 3
