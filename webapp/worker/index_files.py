"""The index files of this machine follow the database, whichever machine's worker indexes: each machine has files of its own,
and of an engine that machines share whatever it keeps here.

Beside the jobs, in a thread: a job is done once, by one machine, and this by all of them.
"""

import logging
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.errors import KbError
from webapp.worker.tools import WorkerTools

if TYPE_CHECKING:
    from sqlalchemy import Engine

logger = logging.getLogger(__name__)

# Seconds between two looks for news, and after which the files are looked at though there is none.
_LOOK_EVERY, _ANYHOW_AFTER = 0.5, 60.0


class IndexFiles:
    """Keeps them, from `start` until `stop` is set.

    Needed where several machines may write to the database. Where there is one, whoever writes to it writes the files, too.
    """

    def __init__(self, tools: WorkerTools, stop: threading.Event) -> None:
        self._tools, self._stop = tools, stop
        # What machines share is written by the jobs alone.
        self._is_busy = tools.settings.milvus is None and self.is_needed(tools.engine)
        self._seen: object = None
        self._looked_at = 0.0
        self._problem = ""

    @staticmethod
    def is_needed(engine: "Engine") -> bool:
        return engine.dialect.name != "sqlite"

    def is_ready(self) -> bool:
        """Whether this worker may index. While it is writing files anew others do that sooner."""
        return not self._is_busy

    def start(self) -> None:
        if self._is_busy:
            threading.Thread(target=self._follow, name="index-files", daemon=True).start()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except (KbError, SQLAlchemyError, OSError, ValueError) as error:
                self._seen = None  # tried again at the next look
                self._tell(str(error).splitlines()[0])
            except Exception:  # a thread that dies would leave this machine behind for ever
                self._seen = None
                logger.exception("Looking after the index files failed")
            else:
                self._tell("")
            finally:
                self._is_busy = False
            self._stop.wait(_LOOK_EVERY)

    def look(self) -> None:
        """Take up what has changed, if anything has. Raises KbError, SQLAlchemyError and OSError."""
        from indexer.backends.faiss_tantivy.manifest import manifest_signature
        from indexer.backends.opening import open_backend
        from indexer.builds import newest_in_index
        from indexer.updating import make_files, remove_old_files

        backend = open_backend(self._tools.settings)
        with Session(self._tools.engine) as session:
            newest = newest_in_index(session)
        found = (newest, not backend.is_shared and manifest_signature(backend.folder) is None)
        if found == self._seen and time.monotonic() - self._looked_at < _ANYHOW_AFTER:
            return
        self._is_busy = True
        is_anew = make_files(self._tools.engine, backend, self._tools.encoder, check=False)
        self._is_busy = False
        self._seen, self._looked_at = (newest, False), time.monotonic()
        if is_anew:
            remove_old_files(self._tools.engine, backend)

    def _tell(self, problem: str) -> None:
        """Once for each."""
        if problem != self._problem:
            logger.warning("The index files of this machine: %s", problem or "they are followed again.")
        self._problem = problem
