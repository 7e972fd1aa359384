"""The likeliest reasons for which a customer is writing, each with the article that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from kb.search.types import Outcome, Result, SearchAnswer

MOST_REASONS = 3
_LOOKED_AT = 5
LONGEST_QUERY = 300


class Searcher(Protocol):
    """What this needs of `kb.search.searcher.Searcher`."""

    def search(self, session: Session, text: str, *, reader_language: str, limit: int = 10) -> SearchAnswer: ...


@dataclass(frozen=True)
class ReadyAnswer:
    """number: which of the causes it is; result: the best article, None where nothing answers."""

    number: int
    result: Result | None
    outcome: Outcome


def answers_for(
    session: Session, searcher: Searcher, causes: Sequence[str], *, reader_language: str
) -> list[ReadyAnswer]:
    """What answers the first MOST_REASONS causes, in their order; of two that one article answers the first.

    searcher: finds what may be sent. Raises IndexUnavailableError or ModelError.
    """
    ready: list[ReadyAnswer] = []
    seen: set[tuple[str, int]] = set()
    for number, text in enumerate(causes[:MOST_REASONS]):
        found = answer_for(session, searcher, text, reader_language=reader_language, number=number)
        key = (found.result.kind, found.result.id) if found.result else None
        if key is None or key not in seen:
            ready.append(found)
        if key is not None:
            seen.add(key)
    return ready


def answer_for(
    session: Session, searcher: Searcher, text: str, *, reader_language: str, number: int = 0
) -> ReadyAnswer:
    """The best that this searcher has for one cause; nothing where its outcome is that nothing answers."""
    answer = searcher.search(session, text[:LONGEST_QUERY], reader_language=reader_language, limit=_LOOKED_AT)
    likely = [] if answer.outcome is Outcome.NONE else [one for one in answer.results if not one.less_likely]
    return ReadyAnswer(number, next(iter(likely), None), answer.outcome)
