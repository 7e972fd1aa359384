"""The daily job that fits the confidence to this installation: a shift where few searches are judged, weights where many are.

It is taken only where it is no worse than what is there, on wordings that it has not seen and on the judged searches themselves,
half by half. See docs/decisions/0023-own-calibration.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.progress import Progress
from kb.insight.judged import judged_searches
from kb.insight.own_searches import MOST_SEARCHES, MOST_WORDINGS, OwnSearches, ask_again, documents_of
from kb.insight.wordings.questions import own_questions
from kb.search.calibration_fit import (
    LabelledSearches,
    fit_correction,
    is_no_worse,
    join,
    keeps_signs,
    measure,
    part_of_the_way,
)
from kb.search.confidence import Calibration
from kb.search.own_calibration import is_switched_off, retire_own, store_own, used_calibration
from kb.search.trying_out import MakeSearcher, Trial
from kb.search.types import Audience, Collection, CollectionName
from kb.tables import Article, OwnCalibration

# Of fewer judged searches, or searches of fewer people, nothing is learned.
LEAST_SEARCHES, LEAST_PEOPLE = 30, 8
# From so many of them, with so many of either kind, the weights are fitted too.
MANY_SEARCHES, MANY_PEOPLE, MANY_OF_A_KIND = 300, 40, 60
# What all wordings weigh together in the fit, in searches.
WORDINGS_WEIGHT = 40.0
# How far to go from the calibration that is there to the fitted one: the farthest that is no worse.
_PARTS = (1.0, 0.75, 0.5, 0.25)
# Calibrations whose probabilities differ by less than this on average are the same.
_LEAST_CHANGE = 0.01
_DEFAULT_SHARE = 0.8
# Without so many wordings to check by, weights are not touched.
_LEAST_HELD_OUT = 20
_COLLECTIONS = {Audience.CUSTOMER: (CollectionName.HELP,), Audience.REP: tuple(CollectionName)}


def has_enough_judged(session: Session) -> bool:
    """Whether there is anything to learn from, which is told without an encoder."""
    searches = judged_searches(session)
    return len(searches) >= LEAST_SEARCHES and len({search.person for search in searches}) >= LEAST_PEOPLE


def recalibrate(
    session: Session,
    base: Calibration,
    fingerprint: str,
    collections: Sequence[Collection],
    make_searcher: MakeSearcher,
    *,
    checkpoint: Callable[[], None],
    progress: Progress,
) -> OwnCalibration | None:
    """Fit a correction of `base`, store it and, where it is no worse, put it in use.

    None where there is too little to learn from, nothing would change, or a person has switched back to `base`.
    """
    if is_switched_off(session, fingerprint) or not has_enough_judged(session):
        return None
    now = used_calibration(session, base, fingerprint)[1]
    own = _ask(session, base, collections, make_searcher, progress)
    checkpoint()
    if len(own.judged) < LEAST_SEARCHES or own.people < LEAST_PEOPLE:
        return None
    slopes = _are_many(own)
    fitted, part = choose(base, own, slopes=slopes)
    provenance = _provenance(base, fitted, own, slopes=slopes, part=part)
    if part and _difference(now, fitted, own.judged) < _LEAST_CHANGE:
        return None
    if not part and not is_no_worse(now, base, own.held_out):
        retire_own(session, fingerprint)  # it was better once, and the articles or the people have changed since
    return store_own(session, base, fitted, fingerprint, provenance, in_use=part > 0)


def choose(base: Calibration, own: OwnSearches, *, slopes: bool) -> tuple[Calibration, float]:
    """The calibration to use and how far it goes from `base` to the fitted one; the fitted one and 0 where none is to be used."""
    whole = fit_correction(base, _material(own, own.judged), slopes=slopes)
    for part in _PARTS:
        candidate = part_of_the_way(base, whole, part)
        if (
            keeps_signs(base, candidate)
            and is_no_worse(candidate, base, own.held_out)
            and _helps_others(base, own, slopes=slopes, part=part)
        ):
            return candidate, part
    return whole, 0.0


def _helps_others(base: Calibration, own: OwnSearches, *, slopes: bool, part: float) -> bool:
    """Whether what is fitted on half of the people is better for the other half, both ways together, than `base` is."""
    before = after = 0.0
    for half in (0, 1):
        fit, check = own.judged.keep(own.half != half), own.judged.keep(own.half == half)
        if not len(fit) or not len(check):
            return False
        fitted = part_of_the_way(base, fit_correction(base, _material(own, fit), slopes=slopes), part)
        weight = float(check.weights.sum())
        before += weight * measure(base, check).log_loss
        after += weight * measure(fitted, check).log_loss
    return after < before


def _material(own: OwnSearches, judged: LabelledSearches) -> LabelledSearches:
    wordings = own.wordings
    return join(judged, wordings.weighing(min(WORDINGS_WEIGHT, float(len(wordings))))) if len(wordings) else judged


def _are_many(own: OwnSearches) -> bool:
    right = int(own.judged.right.sum())
    least = min(right, len(own.judged) - right)
    enough = len(own.judged) >= MANY_SEARCHES and own.people >= MANY_PEOPLE and least >= MANY_OF_A_KIND
    return enough and len(own.held_out) >= _LEAST_HELD_OUT


def _difference(one: Calibration, other: Calibration, searches: LabelledSearches) -> float:
    rows = searches.features
    return float(np.mean([abs(one.probability(row) - other.probability(row)) for row in rows]))


def _ask(
    session: Session,
    base: Calibration,
    collections: Sequence[Collection],
    make_searcher: MakeSearcher,
    progress: Progress,
) -> OwnSearches:
    searches = judged_searches(session)[:MOST_SEARCHES]
    rows = session.execute(select(Article.translation_key, Article.id).where(Article.status == "published"))
    articles = {key: number for key, number in rows}  # noqa: C416  # rows are no pairs for mypy
    trials = {
        audience: Trial(session, [one for one in collections if one.name in names], audience, make_searcher)
        for audience, names in _COLLECTIONS.items()
    }
    questions = [one for one in own_questions(session, titles=False) if one.collection is CollectionName.HELP]
    return ask_again(
        searches,
        questions[:MOST_WORDINGS],
        trials,
        answerable_share=base.answerable_share or _DEFAULT_SHARE,
        documents=documents_of(searches, articles),
        progress=progress,
    )


def _provenance(
    base: Calibration, fitted: Calibration, own: OwnSearches, *, slopes: bool, part: float
) -> Mapping[str, Any]:
    return {
        "method": "weights" if slopes else "shift",
        "part": part,
        "searches": len(own.judged),
        "right": int(own.judged.right.sum()),
        "people": own.people,
        "wordings": len(own.wordings),
        "held_out": len(own.held_out),
        "on_searches": {
            "before": measure(base, own.judged).to_json(),
            "after": measure(fitted, own.judged).to_json(),
        },
        "on_held_out": {
            "before": measure(base, own.held_out).to_json(),
            "after": measure(fitted, own.held_out).to_json(),
        },
    }
