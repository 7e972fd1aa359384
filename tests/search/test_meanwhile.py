"""The helping thread: it helps when it can, and nothing waits for it when it cannot."""

import os
import threading

import pytest

from kb.search.meanwhile import Meanwhile


def test_a_job_runs_beside_the_caller() -> None:
    ran = threading.Event()
    job = Meanwhile().start(lambda: (ran.set(), threading.current_thread())[1])
    assert ran.wait(5)
    assert job.result() is not threading.current_thread()


def test_a_job_that_was_not_begun_is_done_by_the_caller() -> None:
    meanwhile, finish = Meanwhile(), threading.Event()
    busy = meanwhile.start(lambda: finish.wait(5))
    assert meanwhile.start(threading.current_thread).result() is threading.current_thread()
    finish.set()
    assert busy.result()


def test_what_a_job_raises_is_raised_where_its_result_is_wanted() -> None:
    def fail() -> None:
        raise LookupError("no such word")

    with pytest.raises(LookupError, match="no such word"):
        Meanwhile().start(fail).result()


def test_the_thread_ends_when_nobody_can_start_a_job_any_more() -> None:
    meanwhile, ran = Meanwhile(), threading.Event()
    job = meanwhile.start(lambda: (ran.set(), threading.current_thread())[1])
    assert ran.wait(5)
    thread = job.result()
    del meanwhile
    thread.join(5)
    assert not thread.is_alive()


def test_a_forked_process_without_the_thread_gets_its_jobs_done() -> None:
    meanwhile = Meanwhile()
    meanwhile.start(os.getpid).result()
    child = os.fork()
    if child == 0:
        os._exit(7 if meanwhile.start(os.getpid).result() == os.getpid() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
