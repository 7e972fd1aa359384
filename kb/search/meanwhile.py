"""Run something small on another thread while the caller waits for something large."""

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Meanwhile:
    """One helping thread for all requests of a searcher.

    It helps and nobody depends on it: a job that it has not begun when the result is wanted is done by the caller, so jobs never
    queue behind each other when all cores are busy. A `ThreadPoolExecutor` does the same and takes three times as long to hand
    a job over (.06 ms), which the request waits for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()

    def start(self, function: Callable[[], T]) -> "Job[T]":
        job = Job(function)
        if self._thread is None or not self._thread.is_alive():  # the first time, and in a process forked after it
            self._begin()
        self._jobs.put(job)
        return job

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._jobs = SimpleQueue()
                self._thread = threading.Thread(target=_work, args=(self._jobs,), name="meanwhile", daemon=True)
                self._thread.start()
                weakref.finalize(self, self._jobs.put, None)


def _work(jobs: "SimpleQueue[Job[Any] | None]") -> None:
    """Do jobs as they come, until None does."""
    while (job := jobs.get()) is not None:
        job.run()
        del job  # what it holds is not kept until the next one comes


class Job(Generic[T]):
    """Something to be done once, by the helping thread or by whoever wants the result before that has begun."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._begun, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()
        self._value: T | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do it, unless somebody has begun to."""
        if not self._begun.acquire(blocking=False):
            return
        try:
            self._value = self._function()
        except BaseException as error:  # noqa: BLE001  # raised again where the result is wanted
            self._error = error
        finally:
            self._done.release()

    def result(self) -> T:
        """What the function gave; what it raised is raised here. To be asked for once."""
        self.run()
        self._done.acquire()
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # it has run
