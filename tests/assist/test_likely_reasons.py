"""Each likely reason comes with one article that may be sent."""

import time
from dataclasses import dataclass

from kb.assist.likely_reasons import answers_for
from kb.search.types import Outcome


@dataclass
class Found:
    kind: str
    id: int
    audience: str
    less_likely: bool = False


@dataclass
class Answer:
    outcome: Outcome
    results: list[Found]


class Library:
    """Gives what was put on its shelf, and counts how often it is asked."""

    def __init__(self, shelf: dict[str, Answer]) -> None:
        self.shelf, self.asked = shelf, 0

    def search(self, _session: object, text: str, *, reader_language: str, limit: int = 10) -> Answer:
        self.asked += 1
        return self.shelf.get(text, Answer(Outcome.NONE, []))


PUBLIC, SAME = Found("article", 1, "public"), Found("article", 1, "public")


def ask(library: Library, causes: list[str]) -> list[tuple[int, int | None]]:
    found = answers_for(None, library, causes, reader_language="en")  # type: ignore[arg-type]
    return [(one.number, one.result.id if one.result else None) for one in found]


def test_one_article_answers_once_and_what_does_not_answer_is_not_shown() -> None:
    library = Library({
        "a": Answer(Outcome.ANSWERED, [PUBLIC]),
        "b": Answer(Outcome.UNSURE, [SAME]),
        "c": Answer(Outcome.NONE, [PUBLIC]),
        "d": Answer(Outcome.ANSWERED, [Found("article", 7, "public", less_likely=True)]),
    })  # fmt: skip
    assert ask(library, ["a", "b", "c", "d"]) == [(0, 1), (2, None)]
    assert ask(library, ["d", "a"]) == [(0, None), (1, 1)]


def test_no_more_than_three_are_looked_up() -> None:
    library = Library({})
    assert ask(library, list("abcdefgh")) == [(0, None), (1, None), (2, None)]
    assert library.asked == 3


def test_beside_the_search_it_costs_next_to_nothing() -> None:
    library = Library({"x" * 300: Answer(Outcome.ANSWERED, [PUBLIC] * 1_000)})
    begun = time.process_time()
    ask(library, ["x" * 100_000] * 10_000)
    assert time.process_time() - begun < 0.5
