"""The installation's own searches, asked again, as material for its calibration.

Two kinds. Searches that people judged (kb.insight.judged), asked again now: so nothing but the search itself has to be kept, and
they serve whatever signals the confidence has. And the other wordings of articles, each asked with itself taken out, and once
more with its article taken out, so that nothing answers.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.core.progress import Progress
from kb.insight.judged import JudgedSearch
from kb.insight.wordings.questions import OwnQuestion
from kb.search.calibration_fit import LabelledSearches, no_searches
from kb.search.long_texts import is_long
from kb.search.trying_out import Found, Trial
from kb.search.types import Audience
from kb.tables.feedback import parse_document

# Searches that are asked again, the newest; wordings, twice each.
MOST_SEARCHES, MOST_WORDINGS = 1000, 200
# The largest share of the whole weight that one person's searches have together.
LARGEST_SHARE = 0.1


@dataclass(frozen=True)
class OwnSearches:
    """judged: weighted so that nobody has more than LARGEST_SHARE; half: (n,), into which of two halves each goes, by person;
    people: how many they are of; wordings, held_out: wordings of different articles, to fit with and to check by."""

    judged: LabelledSearches
    half: np.ndarray
    people: int
    wordings: LabelledSearches
    held_out: LabelledSearches


@dataclass(frozen=True)
class _Row:
    found: Found
    right: bool
    name: str  # of who or what it is of
    weight: float = 1.0


def ask_again(
    searches: Sequence[JudgedSearch],
    questions: Sequence[OwnQuestion],
    trials: Mapping[Audience, Trial],
    *,
    answerable_share: float,
    documents: Mapping[tuple[str, str], int],
    progress: Progress,
) -> OwnSearches:
    """Ask all of them; a search of an audience by its trial. documents: of each judged document group one document's number.

    answerable_share: of the searches here how many something answers, as the confidence assumes it.
    """
    total = len(searches) + len(questions)
    judged: list[_Row] = []
    for done, search in enumerate(searches, start=1):
        trial = trials[Audience(search.audience)]
        found = None if is_long(search.query) else trial.ask(search.query)
        right = None if found is None or found.lacks else _was_right(search, found, trial, documents)
        if found is not None and right is not None:
            judged.append(_Row(found, right, search.person))
        progress(done, total)
    asked: list[_Row] = []
    for done, question in enumerate(questions, start=len(searches) + 1):
        asked += _ask_wording(question, trials[Audience.CUSTOMER], answerable_share)
        progress(done, total)
    to_fit = [row for row in asked if _half(row.name) == 0]
    held_out = [row for row in asked if _half(row.name) == 1]
    return OwnSearches(
        judged=_labelled(judged, _fair_weights([row.name for row in judged])),
        half=np.array([_half(row.name) for row in judged], np.int64),
        people=len({row.name for row in judged}),
        wordings=_labelled(to_fit, [row.weight for row in to_fit]),
        held_out=_labelled(held_out, [row.weight for row in held_out]),
    )


def _was_right(
    search: JudgedSearch, found: Found, trial: Trial, documents: Mapping[tuple[str, str], int]
) -> bool | None:
    """What the person's judgement says of what is first now; None where it says nothing."""
    for group in {*search.helped, *search.failed, *([search.first] if search.first else [])}:
        number = documents.get(group)
        if number is not None and trial.group_of(group[0], number) == found.group:
            return search.is_right(group)
    return False if search.helped else None


def _ask_wording(question: OwnQuestion, trial: Trial, answerable_share: float) -> list[_Row]:
    """With itself taken out, and with its article taken out, weighted as often as either is thought to happen."""
    rows = []
    name = f"group {question.group}"
    found = trial.ask(question.text, hidden=question.hidden)
    if found is not None and not found.lacks:
        rows.append(_Row(found, found.group == question.group, name, answerable_share))
    found = trial.ask(question.text, hidden=trial.passages_of(question.group))
    if found is not None and not found.lacks:
        rows.append(_Row(found, False, name, 1 - answerable_share))
    return rows


def _fair_weights(people: Sequence[str]) -> list[float]:
    counts = Counter(people)
    most = max(LARGEST_SHARE * len(people), 1.0)
    return [min(1.0, most / counts[person]) for person in people]


def _half(name: str) -> int:
    return zlib.crc32(name.encode()) & 1


def _labelled(rows: Sequence[_Row], weights: Sequence[float]) -> LabelledSearches:
    if not rows:
        return no_searches()
    return LabelledSearches(
        np.array([row.found.signals for row in rows], np.float64),
        np.array([row.right for row in rows], np.bool_),
        np.array(weights, np.float64),
    )


def documents_of(searches: Sequence[JudgedSearch], articles: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """One document's number for each judged group. articles: a published article by its translation key."""
    found: dict[tuple[str, str], int] = {}
    for search in searches:
        for group in {*search.helped, *search.failed, *([search.first] if search.first else [])}:
            kind, key = group
            number = articles.get(key) if kind == "article" else (parse_document(f"ticket:{key}") or ("", None))[1]
            if number is not None:
                found[group] = number
    return found
