"""The likeliest reasons for which a customer is writing, each with the article that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from kb.search.types import Outcome, Result, SearchAnswer

MOST_REASONS, MOST_LOOKED_UP = 3, 5
_LOOKED_AT = 5
LONGEST_QUERY = 300


class Searcher(Protocol):
    """What this needs of `kb.search.searcher.Searcher`."""

    def search(self, session: Session, text: str, *, reader_language: str, limit: int = 10) -> SearchAnswer: ...


@dataclass(frozen=True)
class ReadyAnswer:
    """number: which of the causes it is; result: the best article that may be sent, else the best there is, None where nothing
    answers."""

    number: int
    result: Result | None
    outcome: Outcome


def answers_for(
    session: Session,
    public: Searcher,
    everything: Searcher,
    causes: Sequence[str],
    *,
    reader_language: str,
    limit: int = MOST_REASONS,
) -> list[ReadyAnswer]:
    """The first `limit` causes that differ in what answers them, in their order.

    public: finds what may be sent; everything: also what is for the rep alone, asked for the first cause that nothing public
    answers. Raises IndexUnavailableError or ModelError.
    """
    ready: list[ReadyAnswer] = []
    seen: set[tuple[str, int]] = set()
    may_ask_for_more = True
    for number, text in enumerate(causes[:MOST_LOOKED_UP]):
        query = text[:LONGEST_QUERY]
        answer = public.search(session, query, reader_language=reader_language, limit=_LOOKED_AT)
        result = _best(answer)
        if result is None and may_ask_for_more:
            may_ask_for_more = False
            answer = everything.search(session, query, reader_language=reader_language, limit=_LOOKED_AT)
            result = _best(answer)
        if result is not None and (result.kind, result.id) in seen:
            continue
        if result is not None:
            seen.add((result.kind, result.id))
        ready.append(ReadyAnswer(number, result, answer.outcome))
        if len(ready) == limit:
            break
    return ready


def _best(answer: SearchAnswer) -> Result | None:
    if answer.outcome is Outcome.NONE:
        return None
    return next((result for result in answer.results if not result.less_likely), None)
