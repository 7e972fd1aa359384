"""What trainers change and each process follows: a change holds everywhere in a second."""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.following import Follower

T = TypeVar("T")


class Followed(Generic[T]):
    """Opens the follower when it is first asked for; a forked child opens its own. what, newest, load: as `Follower` has them."""

    def __init__(
        self, engine: Engine, what: str, newest: Callable[[Session], int], load: Callable[[Session], tuple[int, T]]
    ) -> None:
        self._engine, self._what = engine, what
        self._newest, self._load = newest, load
        self._lock = threading.Lock()
        self._opened: tuple[int, Follower[T]] | None = None

    def get(self) -> T:
        """What holds now."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with self._lock:
                follower = Follower(self._engine, self._what, self._newest, self._load)
                self._opened = opened = (os.getpid(), follower)
        return opened[1].current()
