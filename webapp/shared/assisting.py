"""Suggestions for a conversation from a request. Nothing is kept of a conversation but its question, redacted."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from kb.assist.evidence import Reason
from kb.assist.suggestions import AssistAnswer, assist, judge_questions
from kb.assist.turns import Turn, asking_turn
from kb.search.types import Audience, Outcome, Result
from kb.text.language import guess_language
from webapp.shared.database import session
from webapp.shared.locale import choose_language, offered_base
from webapp.shared.metrics import observe_search
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import record_after_response


@dataclass(frozen=True)
class Assisted:
    """outcome: how sure the first suggestion for the most pressing question is; search_id: names the recorded search; both None
    where silence is right; missing: error codes, versions, part numbers of the question that no suggestion has."""

    answer: AssistAnswer
    outcome: Outcome | None = None
    search_id: str | None = None
    missing: Sequence[str] = ()

    @property
    def results(self) -> list[Result]:
        """Those of the most pressing question, best first."""
        return [suggestion.result for suggestion in self.answer.suggestions]

    @property
    def because(self) -> dict[tuple[str, int], tuple[Reason, ...]]:
        """The words that led to each result, by its kind and id."""
        return {(one.result.kind, one.result.id): one.because for one in self.answer.suggestions}


def customer_language(turns: Sequence[Turn]) -> str:
    """The offered language of the customer's last turn, in Latin letters or not; else the language of the request."""
    last = asking_turn(turns)
    return (offered_base(guess_language(turns[last].matter)) if last is not None else "") or choose_language()


def assist_and_record(
    turns: Sequence[Turn],
    *,
    place: str,
    reader_language: str,
    limit: int,
    anyway: bool = False,
    closed: Collection[int] = (),
    pressing: int | None = None,
    name_of: Callable[[str], str] | None = None,
) -> Assisted:
    """What to show a rep now. The first suggestion for each open question is judged by the calibrated confidence of search: it
    says whether we have an answer. The most pressing question is recorded, and becomes a gap where it has none.

    anyway: give suggestions even where silence is right; then nothing is recorded. closed, pressing: turns whose questions the
    rep has closed, wants first. name_of: names the search of a question, which is then recorded once.
    Raises ModelError or IndexUnavailableError.
    """
    runtime = search_runtime()
    searcher = runtime.searcher(Audience.REP)
    answer = assist(
        session(),
        turns,
        searcher,
        runtime.encoder,
        reader_language=reader_language,
        limit=limit,
        even_without_query=anyway,
        closed=closed,
        pressing=pressing,
    )
    if not answer.speak:
        return Assisted(answer)
    answer = judge_questions(searcher, answer)
    search = answer.questions[0].search
    assert search is not None, "an open question is judged"
    if name_of is not None:
        search = replace(search, public_id=name_of(search.query))
    observe_search(place, search)
    record_after_response(search, audience=Audience.REP, place=place, reader_language=reader_language)
    return Assisted(answer, search.outcome, search.public_id, search.missing)
