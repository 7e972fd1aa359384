"""The calibration that a process uses: the installation's own, where one is in use, else the one that it was started with."""

from sqlalchemy import Engine

from indexer.following import Follower, Versions
from kb.search.confidence import Calibration
from kb.search.own_calibration import used_calibration, used_number


class CalibrationReader(Follower[Calibration]):
    """base: what holds without an own one, with the thresholds and the share of answerable searches of the settings."""

    def __init__(self, engine: Engine, base: Calibration, fingerprint: str, versions: Versions | None = None) -> None:
        super().__init__(
            engine,
            "The own calibration",
            used_number(fingerprint),
            lambda session: used_calibration(session, base, fingerprint),
            versions,
        )
