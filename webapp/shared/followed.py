"""What trainers change and each process follows: a change holds everywhere in a second."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Engine, Select
from sqlalchemy.orm import Session

from indexer.following import Follower
from webapp.shared.per_process import OncePerProcess

T = TypeVar("T")


class Followed(Generic[T]):
    """Opens the follower when it is first asked for. what, newest, load: as `Follower` has them."""

    def __init__(
        self, engine: Engine, what: str, newest: Select[int], load: Callable[[Session], tuple[int, T]]
    ) -> None:
        self._follower = OncePerProcess(lambda: Follower(engine, what, newest, load))

    def get(self) -> T:
        """What holds now."""
        return self._follower.get().current()
