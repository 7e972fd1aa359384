"""The statistics of queries that a process uses: the newest version in the database."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.following import LOOK_EVERY_SECONDS, Follower, Versions
from kb.search.query_statistics import QueryStatistics, load_query_statistics, newest_version

__all__ = ["LOOK_EVERY_SECONDS", "QueryStatisticsReader"]


class QueryStatisticsReader(Follower[QueryStatistics]):
    """Follows the versions of one encoder."""

    def __init__(self, engine: Engine, fingerprint: str, versions: Versions | None = None) -> None:
        def load(session: Session) -> tuple[int, QueryStatistics]:
            statistics = load_query_statistics(session, fingerprint)
            return statistics.version, statistics

        super().__init__(engine, "The statistics of queries", newest_version(fingerprint), load, versions)
