"""A worker: lanes that run one job after the other, each in a thread of its own.

What must not wait behind long work has a lane of its own, so that an article is found at once also while an import is running.
"""

import logging
import threading
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.jobs.claiming import give_up_lost, is_due
from kb.jobs.kind import Kind, RunEnded
from kb.jobs.looking import Lane, Look
from kb.jobs.running import BEAT, in_words, run_next
from kb.jobs.schedule import ask_where_wanted, schedule

logger = logging.getLogger(__name__)

# Seconds between two rounds.
_HOUSEKEEPING = 30.0


class Worker:
    """Takes jobs of `kinds` until `stop` is set. name: of this process, and of no other."""

    def __init__(
        self,
        engine: Engine,
        kinds: Mapping[str, Kind],
        name: str,
        ended: RunEnded | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._engine, self._kinds, self._name = engine, kinds, name
        self._ended = ended
        self.stop = stop or threading.Event()

    def run(self) -> None:
        """Returns when `stop` is set and the running jobs have ended or have been given back."""
        by_lane: dict[str, list[Kind]] = {}
        for kind in self._kinds.values():
            by_lane.setdefault(kind.lane, []).append(kind)
        lanes = [Lane(self._engine, name, kinds) for name, kinds in by_lane.items()]
        look = Look(self._engine, lanes, self.stop)
        threads = [
            threading.Thread(target=self._run_lane, args=(lane, look), name=f"jobs-{lane.name}") for lane in lanes
        ]
        threads.append(threading.Thread(target=look.run, name="jobs-look"))
        for thread in threads:
            thread.start()
        while not self.stop.is_set():
            try:
                schedule(self._engine, self._kinds)
                give_up_lost(self._engine)
            except SQLAlchemyError as error:
                logger.warning("The schedule of jobs could not be looked after: %s", in_words(error))
            self.stop.wait(_HOUSEKEEPING)
        for thread in threads:
            thread.join()

    def _run_lane(self, lane: Lane, look: Look) -> None:
        with lane.watch:
            while not self.stop.is_set():
                try:
                    if self._take(lane):
                        continue
                except Exception as error:  # noqa: BLE001  # a thread that dies would leave its lane behind
                    logger.warning("No job could be taken: %s", in_words(error))
                    self.stop.wait(BEAT)
                look.wait(lane)

    def _take(self, lane: Lane) -> bool:
        """Run the next job of a lane, if there is one."""
        if not lane.is_ready():
            return False
        for kind in lane.wanted:
            ask_where_wanted(self._engine, kind)
        # Only read where there is none: on SQLite even a claim that finds nothing takes the write lock.
        with self._engine.connect() as connection:
            if not is_due(connection, lane.names):
                return False
        own = f"{self._name}/{lane.name}"
        return run_next(self._engine, self._kinds, own, lane.names, self.stop, self._ended)
