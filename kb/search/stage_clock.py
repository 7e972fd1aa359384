"""How long the stages of a search take."""

import time

from kb.core.tracing import record_span

STAGES = ("encode", "dense", "lexical", "rank", "rerank", "load")


class StageClock:
    """Milliseconds per stage. Stages that a search did not come to are 0."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps = dict.fromkeys(STAGES, 0.0)

    def lap(self, stage: str) -> None:
        """What passed since the last lap belongs to `stage`."""
        now = time.perf_counter()
        self._laps[stage] += (now - self._last) * 1000
        record_span(f"search {stage}", now - self._last)
        self._last = now

    def finish(self) -> dict[str, float]:
        return {**self._laps, "total": (time.perf_counter() - self._started) * 1000}
