"""Keep what an evaluation measured, and tell what has changed since by more than chance, query by query."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kb.core.errors import InvalidInputError
from kb.evaluation.judgement_metrics import Judgement, judgement_metrics
from kb.evaluation.ranking_metrics import RANKING_METRICS, Scores
from kb.evaluation.report import Measured
from kb.evaluation.uncertainty import bootstrap_p, mean_interval, resample, sign_flip_p

FORMAT = 1
_SAMPLES = 300


def save_measured(path: Path, measured: Measured, report: Mapping[str, Any]) -> None:
    """Write the report and the values of each query, unrounded: rounding would look like a small and very sure difference.

    Raises InvalidInputError where the file cannot be written."""
    data = {
        "format": FORMAT,
        "report": report,
        "name": measured.name,
        "digest": measured.digest,
        "overall": _scores_to_json(measured.overall),
        "by_direction": {direction: _scores_to_json(scores) for direction, scores in measured.by_direction.items()},
        "miss": _judgement_to_json(measured.miss),
        "speak": _judgement_to_json(measured.speak),
    }
    try:
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be written ({error.strerror or error}).") from error


def read_measured(path: Path) -> Measured:
    """What `save_measured` wrote. Raises InvalidInputError for anything else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, this version reads {FORMAT}")
        return Measured(
            name=str(data["name"]),
            digest=str(data["digest"]),
            overall=_scores_from_json(data["overall"]),
            by_direction={name: _scores_from_json(scores) for name, scores in data["by_direction"].items()},
            miss=_judgement_from_json(data["miss"]),
            speak=_judgement_from_json(data["speak"]),
        )
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be read ({error.strerror or error}).", remedy="Make it with: kb eval DIR --save FILE"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"{path} is no saved evaluation ({error}).", remedy="Make one with: kb eval DIR --save FILE"
        ) from error


def compare(before: Measured, after: Measured) -> dict[str, Any]:
    """Differences with 95 % intervals and p, over the queries that both have.

    Means are compared by the paired randomisation test (Smucker et al. 2007), figures of miss and speak by a paired bootstrap.
    Raises InvalidInputError when the two share no query.
    """
    shared = set(before.overall.queries) & set(after.overall.queries)
    if not shared:
        raise InvalidInputError(
            f"The saved evaluation is of {before.name} and shares no query with {after.name}.",
            remedy="Compare evaluations of the same set.",
        )
    compared: dict[str, Any] = {
        "queries": len(shared),
        "same_data": before.digest == after.digest,
        "metrics": _compare_scores(before.overall, after.overall),
        "by_direction": {
            direction: _compare_scores(before.by_direction[direction], scores)
            for direction, scores in after.by_direction.items()
            if direction in before.by_direction
        },
    }
    for name, old, new in (("miss", before.miss, after.miss), ("speak", before.speak, after.speak)):
        if old is not None and new is not None and (differences := _compare_judgements(old, new)):
            compared[name] = differences
    return compared


def _compare_scores(before: Scores, after: Scores) -> dict[str, dict[str, Any]]:
    places = {query: row for row, query in enumerate(before.queries)}
    shared = [(places[query], row) for row, query in enumerate(after.queries) if query in places]
    if not shared:
        return {}
    old_rows, new_rows = (list(rows) for rows in zip(*shared, strict=True))
    compared = {}
    for name in RANKING_METRICS:
        old, new = before.values[name][old_rows], after.values[name][new_rows]
        low, high = mean_interval(new - old)
        compared[name] = _difference(float(old.mean()), float(new.mean()), low, high, sign_flip_p(old, new))
    return compared


def _compare_judgements(before: Judgement, after: Judgement) -> dict[str, dict[str, Any]]:
    places = {query: row for row, query in enumerate(before.ids)}
    shared = [(places[query], row) for row, query in enumerate(after.ids) if query in places]
    if not shared:
        return {}
    old_rows, new_rows = (np.array(rows, dtype=np.int64) for rows in zip(*shared, strict=True))
    old, new = before.at(old_rows), after.at(new_rows)
    if not (new.has_both and bool((old.truth == new.truth).all())):
        return {}
    whole_old, whole_new = judgement_metrics(old), judgement_metrics(new)
    drawn = [
        (judgement_metrics(old.at(rows)), judgement_metrics(new.at(rows)))
        for rows in resample(new.truth.tolist(), _SAMPLES)
    ]
    compared = {}
    for name in whole_new:
        differences = [float(b[name] or 0.0) - float(a[name] or 0.0) for a, b in drawn]
        low, high = (float(value) for value in np.percentile(differences, [2.5, 97.5]))
        compared[name] = _difference(
            float(whole_old[name] or 0.0), float(whole_new[name] or 0.0), low, high, bootstrap_p(differences)
        )
    return compared


def _difference(before: float, after: float, low: float, high: float, p: float) -> dict[str, Any]:
    return {
        "before": round(before, 4),
        "after": round(after, 4),
        "difference": round(after - before, 4),
        "interval": [round(low, 4), round(high, 4)],
        "p": round(p, 4),
    }


def _scores_to_json(scores: Scores) -> dict[str, Any]:
    return {"queries": scores.queries, **{name: scores.values[name].tolist() for name in RANKING_METRICS}}


def _scores_from_json(data: Mapping[str, Any]) -> Scores:
    queries = tuple(str(query) for query in data["queries"])
    values = {name: np.array(data[name], dtype=np.float64) for name in RANKING_METRICS}
    if any(column.shape != (len(queries),) for column in values.values()):
        raise ValueError("columns of different lengths")
    return Scores(queries, values)


def _judgement_to_json(judgement: Judgement | None) -> dict[str, Any] | None:
    if judgement is None:
        return None
    return {
        "ids": judgement.ids,
        "truth": judgement.truth.tolist(),
        "score": judgement.score.tolist(),
        "said": judgement.said.tolist(),
    }


def _judgement_from_json(data: Mapping[str, Any] | None) -> Judgement | None:
    if data is None:
        return None
    return Judgement.of(list(zip(data["ids"], data["truth"], data["score"], data["said"], strict=True)))
