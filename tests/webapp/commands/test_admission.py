"""Who is next, who is turned away, and that no place is lost on the way."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from webapp.commands import admission
from webapp.commands.admission import Admission, TooManyError
from webapp.shared.urgency import Urgency


def in_a_loop(talk: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, talk).result()


def test_a_more_urgent_one_takes_the_place_of_a_less_urgent_one_that_came_last() -> None:
    async def talk() -> None:
        queue = Admission(at_once=1, most=3)
        await queue.enter(Urgency.PAGE)
        first = asyncio.create_task(queue.enter(Urgency.TYPING))
        second = asyncio.create_task(queue.enter(Urgency.TYPING))
        await asyncio.sleep(0)
        assert queue.is_full(Urgency.TYPING)
        assert not queue.is_full(Urgency.PAGE)
        rep = asyncio.create_task(queue.enter(Urgency.REP))
        with pytest.raises(TooManyError):
            await second
        queue.leave()
        await rep
        queue.leave()
        await first

    in_a_loop(talk())


def test_a_rep_is_turned_away_only_where_nobody_else_waits() -> None:
    async def talk() -> None:
        queue = Admission(at_once=1, most=2)
        await queue.enter(Urgency.TYPING)
        waiting = asyncio.create_task(queue.enter(Urgency.REP))
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await queue.enter(Urgency.REP)
        queue.leave()
        await waiting

    in_a_loop(talk())


def test_whose_turn_does_not_come_in_time_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(admission.LONGEST_WAIT, Urgency.TYPING, 0.05)

    async def talk() -> None:
        queue = Admission(at_once=1)
        await queue.enter(Urgency.REP)
        patient = asyncio.create_task(queue.enter(Urgency.SEARCH))
        with pytest.raises(TooManyError):
            await queue.enter(Urgency.TYPING)
        queue.leave()
        await patient

    in_a_loop(talk())


def test_no_place_is_lost_by_those_who_go_away_whenever_that_is() -> None:
    async def talk() -> None:
        queue = Admission(at_once=1)
        await queue.enter(Urgency.PAGE)
        waiting = [asyncio.create_task(queue.enter(Urgency.PAGE)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        queue.leave()  # the turn of the first, who goes away before it takes it
        waiting[0].cancel()
        await asyncio.gather(*waiting[:2], return_exceptions=True)
        await asyncio.wait_for(waiting[2], 5)
        queue.leave()
        await asyncio.wait_for(queue.enter(Urgency.TYPING), 5)

    in_a_loop(talk())
