"""What a customer asks in a small conversation, with what they said before, and what the articles say about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from kb.assist.asking_turns import CustomerTurn, Passage, Reply, Turn, matter_of, passage_of
from kb.assist.asking_wording import keys_of_words, points_back, read_refinement, without_words
from kb.search.searcher import Searcher
from kb.search.types import Outcome, SearchAnswer
from kb.text.language import guess_language
from kb.text.terms import query_terms

# Results that are looked at: those that were shown already are left out of them.
LOOKED_AT = 6
MOST_NEAR = 3
# So many words that say something make a text that can stand alone.
_STANDS_ALONE = 3
# What was said before is read with the new words up to this length; the newest part of it.
_LONGEST_CONTEXT = 300
_SURE = {Outcome.NONE: 0, Outcome.UNSURE: 1, Outcome.ANSWERED: 2}


@dataclass(frozen=True)
class Wording:
    """text: to search for; alone: without what was said before, "" where it is the same or says too little."""

    text: str
    alone: str = ""


@dataclass(frozen=True)
class Found:
    """searched: the wording that brought it up; passage: the best one that was not shown yet, None where there is none."""

    searched: str
    answer: SearchAnswer
    passage: Passage | None
    near: tuple[Passage, ...]


def word_question(turns: Sequence[Turn], text: str) -> Wording:
    """How to look up `text`, which the customer has said after `turns`."""
    earlier = _earlier_question(turns)
    refinement = read_refinement(text)
    if not earlier:
        return Wording(refinement.text or text)
    not_meant = refinement.not_meant & keys_of_words(earlier)
    new = (refinement.meant if not_meant else refinement.text) or text
    words = len(query_terms(new, guess_language(new)))
    if words >= _STANDS_ALONE and not refinement.is_marked and not not_meant and not points_back(new):
        # A question of its own is searched for as in the search box; the context helps where that finds nothing.
        return Wording(new, f"{earlier} – {new}")
    context = without_words(earlier, not_meant)
    return Wording(f"{context} – {new}" if context else new, new if words else "")


def look_up(session: Session, searcher: Searcher, turns: Sequence[Turn], text: str, *, reader_language: str) -> Found:
    """The best passage for `text` after `turns` that was not shown in vain. searcher: holds public articles alone.

    Raises what a search does. What was said before is kept: of the wordings the one is taken that the search is surest of.
    """
    wording = word_question(turns, text)
    shown = shown_in_vain(turns)
    first = _search(session, searcher, wording.text, shown, reader_language)
    if not wording.alone or first.answer.outcome is Outcome.ANSWERED:
        return first
    second = _search(session, searcher, wording.alone, shown, reader_language)
    return max(first, second, key=_how_sure)


def shown_in_vain(turns: Sequence[Turn]) -> frozenset[tuple[int, str]]:
    """The passages that were quoted for what is asked now, none of which has helped so far."""
    return frozenset(passage.key for turn in matter_of(turns) if isinstance(turn, Reply) for passage in turn.passages)


def _search(
    session: Session, searcher: Searcher, text: str, shown: frozenset[tuple[int, str]], reader_language: str
) -> Found:
    answer = searcher.search(session, text, reader_language=reader_language, limit=LOOKED_AT)
    results = [result for result in answer.results if (result.id, result.anchor) not in shown]
    if results and results[0] != answer.results[0]:
        # How sure it is belongs to the first result that is shown.
        judged = searcher.judge(session, text, results)
        answer = replace(answer, results=results, outcome=judged.outcome, confidence=judged.confidence)
    elif not results:
        answer = replace(answer, results=(), outcome=Outcome.NONE, confidence=0.0)
    passage = passage_of(results[0]) if results and answer.outcome is not Outcome.NONE else None
    near = [result for result in results[1 if passage else 0 :] if passage is None or not result.less_likely]
    return Found(text, answer, passage, tuple(passage_of(result) for result in near[:MOST_NEAR]))


def _how_sure(found: Found) -> tuple[int, float]:
    return _SURE[found.answer.outcome], found.answer.confidence


def _earlier_question(turns: Sequence[Turn]) -> str:
    """What was looked for last in this matter, its newest part."""
    for turn in reversed(matter_of(turns)):
        if isinstance(turn, CustomerTurn) and turn.searched:
            text = turn.searched
            return text if len(text) <= _LONGEST_CONTEXT else text[-_LONGEST_CONTEXT:].partition(" ")[2]
    return ""
