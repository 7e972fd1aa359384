"""What each process opens for itself, when it is first asked for: threads and connections do not survive a fork."""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class OncePerProcess(Generic[T]):
    """Opens it once in a process, also where many threads ask at the same time; a forked child opens its own."""

    def __init__(self, opens: Callable[[], T]) -> None:
        self._opens = opens
        self._lock = threading.Lock()
        self._opened: tuple[int, T] | None = None

    def opened(self) -> T | None:
        """That of this process, if it has been opened."""
        opened = self._opened
        return opened[1] if opened is not None and opened[0] == os.getpid() else None

    def get(self) -> T:
        """That of this process. Raises what opening it raises; a later call tries again."""
        opened_before = self.opened()
        if opened_before is not None:
            return opened_before
        with self._lock:
            opened = self._opened
            if opened is None or opened[0] != os.getpid():
                opened = self._opened = (os.getpid(), self._opens())
            return opened[1]
