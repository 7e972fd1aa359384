"""The replay after publishing: a job asks the questions of what was filled, and notes what came of it in the gap's history."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from kb.insight.gaps.editing import note_replay
from kb.insight.gaps.fills import fills_to_prove
from kb.insight.gaps.golden import GoldenSet
from kb.insight.gaps.replay import Replay, replay_gap
from kb.search.searcher import Searcher

# Questions that failed, as many as are shown.
MOST_NOTED = 20


def prove_fills(
    session: Session, searcher: Searcher, make_golden: Callable[[], GoldenSet], *, checkpoint: Callable[[], None]
) -> int:
    """Ask again what was filled; returns how many gaps that were. Each is committed by `checkpoint` when it is done."""
    fills = fills_to_prove(session)
    golden = make_golden() if fills else None
    for fill in fills:
        replayed = replay_gap(session, searcher, fill.gap_id, golden=golden)
        note_replay(session, fill.gap_id, summary_of(replayed), user_id=None)
        checkpoint()
    return len(fills)


def summary_of(replayed: Replay) -> dict[str, Any]:
    """What the history keeps of a replay."""
    failing = [{"query": one.query, "why": one.why} for one in replayed.questions if one.why]
    return {
        "closed": replayed.closed,
        "asked": len(replayed.questions),
        "passed": replayed.passed,
        "article": replayed.article_id,
        "failing": failing[:MOST_NOTED],
        "golden": replayed.golden.to_json() if replayed.golden else None,
    }
