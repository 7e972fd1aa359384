"""What a process opens for itself is opened once, however many threads ask for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from webapp.shared.per_process import OncePerProcess

THREADS = 8


def test_threads_that_ask_at_the_same_time_get_one_and_the_same() -> None:
    asking, slow, opened = Barrier(THREADS), Barrier(2), list[object]()

    def opens() -> object:
        slow.wait(timeout=60)  # the others come meanwhile
        opened.append(object())
        return opened[-1]

    holder = OncePerProcess(opens)

    def ask(number: int) -> object:
        asking.wait(timeout=60)
        return holder.get()

    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(ask, range(THREADS))
        slow.wait(timeout=60)
        assert set(found) == set(opened)
    assert len(opened) == 1


def test_what_could_not_be_opened_is_tried_again() -> None:
    answers = iter([OSError("not yet"), "there"])

    def opens() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    holder = OncePerProcess(opens)
    with pytest.raises(OSError, match="not yet"):
        holder.get()
    assert holder.get() == "there"
