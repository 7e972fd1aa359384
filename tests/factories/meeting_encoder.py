"""An encoder for machines of a cluster in tests: it waits until another process has opened one too, and takes its time."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from indexer.encoders.hashing import HashEncoder
from kb.core.progress import Progress
from kb.search.encoding import PassageEmbeddings

_SECONDS = 0.1
_LONGEST_WAIT = 120.0


class MeetingEncoder(HashEncoder):
    def __init__(self, folder: Path) -> None:
        """folder: where each process leaves a file, so that one knows of another."""
        self._folder = folder
        (folder / str(os.getpid())).touch()

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        until = time.monotonic() + _LONGEST_WAIT
        while len(list(self._folder.iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(_SECONDS)
        return super().embed_passages(texts, progress)


def open_meeting(folder: str, _model: str) -> MeetingEncoder:
    return MeetingEncoder(Path(folder))
