"""What several collections gave for one query, in one list: which result comes first, and what is said of it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from kb.search.types import CollectionName, Outcome, Rerank, Result, SearchAnswer

# How much surer, as a probability, what cannot be sent must be to come before what can.
_SENT_IS_WORTH = 0.1


def join_answers(answers: Sequence[SearchAnswer], limit: int) -> SearchAnswer:
    """One answer from those of the collections, public articles first, at least one; its outcome is that of its first result.

    An article comes first where any may answer. One that is not for customers comes before a public one, which can be sent as it
    is, only where it is clearly surer, and a past ticket only where no article may answer. The others follow by their scores,
    those of collections that do not answer last.
    """
    lead = _lead(answers)
    rest: list[tuple[bool, float, Result]] = []
    for answer in answers:
        behind = answer.results[answer is lead :]
        # What a collection has before another one stays before it, whatever its score: its order may know more.
        places = list(accumulate((-result.score for result in reversed(behind)), min))[::-1]
        does_not_answer = answer.outcome is Outcome.NONE and lead.outcome is not Outcome.NONE
        rest += [
            (result.less_likely or does_not_answer, place, result) for place, result in zip(places, behind, strict=True)
        ]
    rest.sort(key=lambda item: item[:2])
    joined = [result._replace(less_likely=less_likely) for less_likely, _, result in rest]
    rerank = max((answer.rerank for answer in answers), key=list(Rerank).index)
    return replace(lead, results=[*lead.results[:1], *joined][:limit], rerank=rerank)


def _lead(answers: Sequence[SearchAnswer]) -> SearchAnswer:
    pinned = [answer for answer in answers if answer.results and answer.results[0].pinned]
    if pinned:
        return pinned[0]
    filled = [answer for answer in answers if answer.results] or answers
    # Where one collection has the error code that was asked for, the others are beside the question.
    fewest = min(len(answer.missing) for answer in filled)
    able = [answer for answer in filled if len(answer.missing) == fewest]
    articles = [
        answer
        for answer in able
        if answer.outcome is not Outcome.NONE and answer.results[0].collection is not CollectionName.TICKETS
    ]
    return max(articles or able, key=_claim)  # of equals the first


def _claim(answer: SearchAnswer) -> float:
    """How strongly the first result of one collection asks to be the first of all."""
    can_be_sent = bool(answer.results) and answer.results[0].collection is CollectionName.HELP
    return answer.confidence + (_SENT_IS_WORTH if can_be_sent else 0.0)
