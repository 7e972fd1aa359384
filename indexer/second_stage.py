"""The second stage of a process's searches: opened when it is first needed, after the fork."""

import logging
import threading
from pathlib import Path

from indexer.encoders.reranker import open_reranker
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.search.own_calibration import CalibrationSource
from kb.search.reranker_calibration import load_reranker_calibration
from kb.search.second_stage import Reranker, SecondStage

logger = logging.getLogger(__name__)

# Made by `kb calibrate` where a re-ranker is set.
RERANKER_CALIBRATION_FILE = "reranker_calibration.json"


class SecondStageSource:
    """Gives the second stage that the settings name; called, it opens it. Safe for many threads."""

    def __init__(self, settings: Settings, thresholds: CalibrationSource, reranker: Reranker | None = None) -> None:
        """reranker: takes the place of the one that the settings name."""
        self._settings, self._thresholds, self._reranker = settings, thresholds, reranker
        self._lock = threading.Lock()
        self._opened: SecondStage | None = None

    def __call__(self) -> SecondStage:
        """Raises ModelError where the re-ranker cannot be loaded. A calibration that cannot counts as none, with a warning:
        search goes on, and `kb calibrate` can make it anew."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> SecondStage:
        reranker = self._reranker or open_reranker(self._settings)
        calibration = None
        try:
            calibration = load_reranker_calibration(reranker_calibration_path(self._settings), reranker.fingerprint)
        except ConfigurationError as error:
            logger.warning("%s", error)
        return SecondStage(reranker, self._thresholds, self._settings.reranker_budget, calibration)


def reranker_calibration_path(settings: Settings) -> Path:
    return settings.home / RERANKER_CALIBRATION_FILE
