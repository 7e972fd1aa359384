"""Run something small on another thread while the caller waits for something large."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Meanwhile:
    """One helping thread for all requests of a searcher.

    It helps and nobody depends on it: a job that it has not begun when the result is wanted is done by the caller. So jobs
    never queue behind each other when all cores are busy, and a process that was forked after the thread had started, which
    has no such thread, only does everything itself.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meanwhile")  # starts with the first job

    def start(self, function: Callable[[], T]) -> "Job[T]":
        return Job(function, self._pool.submit(function))


class Job(Generic[T]):
    """Something begun on the helping thread."""

    def __init__(self, function: Callable[[], T], future: "Future[T]") -> None:
        self._function = function
        self._future = future

    def result(self) -> T:
        """What the function gave; what it raised is raised here."""
        return self._function() if self._future.cancel() else self._future.result()
