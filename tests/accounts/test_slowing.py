"""Guessing passwords is slowed, over all processes, and nobody is locked out by it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.accounts.slowing import ACCOUNT, ADDRESS, BOTH, count_attempt, forgive_attempt, network_of, uncount_attempt
from kb.core.database import session_scope
from kb.core.errors import TooOftenError
from kb.tables import LoginAttempts, utc_now

ASHA = "asha@example.com"


class Clock:
    """The time that attempts are made at, which only a test moves on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = utc_now()

    def wait_of(self, email: str, address: str) -> float:
        """Seconds that an attempt is to wait for; 0 where it was taken (and counted as failed)."""
        try:
            with session_scope(self.engine) as session:
                count_attempt(session, email, address, now=self.now)
        except TooOftenError as error:
            return error.wait
        return 0.0

    def forgive(self, email: str, address: str) -> None:
        with session_scope(self.engine) as session:
            forgive_attempt(session, email, address)

    def move_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(engine: Engine) -> Clock:
    return Clock(engine)


def test_account_that_many_addresses_guess_at_is_slowed_and_stays_open(clock: Clock) -> None:
    waits = [clock.wait_of(ASHA, f"192.0.2.{number}") for number in range(60)]
    assert waits == [0.0] * ACCOUNT.free + [10.0] * (60 - ACCOUNT.free)
    assert clock.wait_of("other@example.com", "192.0.2.200") == 0.0
    for number in range(20):
        clock.move_on(60)
        assert clock.wait_of(ASHA, f"198.51.100.{number}") == 0.0, "after a minute at most anybody may try"
        assert clock.wait_of(ASHA, "203.0.113.9") <= 60


def test_person_who_logged_in_from_an_address_lately_does_not_wait_for_those_who_guess_elsewhere(clock: Clock) -> None:
    assert clock.wait_of(ASHA, "203.0.113.5") == 0.0
    clock.forgive(ASHA, "203.0.113.5")
    clock.move_on(1)
    for number in range(60):
        clock.wait_of(ASHA, f"192.0.2.{number}")
    assert clock.wait_of(ASHA, "192.0.2.250") > 0
    assert clock.wait_of(" Asha@Example.com", "203.0.113.5") == 0.0


def test_one_address_that_guesses_at_one_account_waits_twice_as_long_each_time(clock: Clock) -> None:
    waits = []
    clock.forgive(ASHA, "192.0.2.1")
    clock.move_on(1)
    for _ in range(BOTH.free + 8):
        assert clock.wait_of(ASHA, "192.0.2.1") == 0.0
        if waits or _ == BOTH.free - 1:
            waits.append(clock.wait_of(ASHA, "192.0.2.1"))
            clock.move_on(waits[-1])
    assert waits == [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 900.0, 900.0]


def test_address_that_tries_many_accounts_is_slowed_and_so_is_a_whole_network_of_new_addresses(clock: Clock) -> None:
    waits = [clock.wait_of(f"person{n}@example.com", f"2001:db8:1:1::{n:x}") for n in range(ADDRESS.free + 1)]
    assert waits == [0.0] * ADDRESS.free + [10.0]
    assert clock.wait_of("person1@example.com", "2001:db8:1:2::1") == 0.0


def test_account_that_nobody_has_is_slowed_like_one_that_somebody_has_and_no_address_is_stored(
    clock: Clock, session: Session
) -> None:
    known = [clock.wait_of("rep@test.example", "192.0.2.1") for _ in range(12)]
    unknown = [clock.wait_of("nobody@test.example", "192.0.2.2") for _ in range(12)]
    assert known == unknown
    assert all(len(key) == 64 for key in session.scalars(select(LoginAttempts.key)))


def test_failures_are_forgotten_after_an_hour_and_a_log_in_undoes_its_own(clock: Clock) -> None:
    for _ in range(BOTH.free + 3):
        clock.wait_of(ASHA, "192.0.2.1")
    assert clock.wait_of(ASHA, "192.0.2.1") > 0
    clock.move_on(3700)
    assert [clock.wait_of(ASHA, "192.0.2.1") for _ in range(BOTH.free)] == [0.0] * BOTH.free
    clock.forgive(ASHA, "192.0.2.1")
    clock.move_on(5)
    assert [clock.wait_of(ASHA, "192.0.2.1") for _ in range(BOTH.free)] == [0.0] * BOTH.free


def test_attempts_at_the_same_moment_are_all_counted(clock: Clock) -> None:
    with ThreadPoolExecutor(8) as crowd:
        waits = list(crowd.map(lambda _: clock.wait_of(ASHA, "192.0.2.1"), range(40)))
    assert waits.count(0.0) == BOTH.free


@pytest.mark.parametrize("address", ["", "unix:", "::1", "not an address", "\ud800"])
def test_any_address_can_be_counted(clock: Clock, address: str) -> None:
    assert clock.wait_of("\ud800" + "x" * 5000, address) == 0.0


def test_attempt_whose_password_nobody_looked_at_is_no_failure(clock: Clock) -> None:
    for _ in range(5 * BOTH.free):
        assert clock.wait_of(ASHA, "192.0.2.1") == 0.0
        with session_scope(clock.engine) as session:
            uncount_attempt(session, ASHA, "192.0.2.1")
        clock.move_on(1)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:1::5", "2001:db8:1:1::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("unix:", "unix:"),
    ],
)
def test_visitors_of_ipv4_are_not_one_network_where_a_server_listens_on_both(address: str, network: str) -> None:
    assert network_of(address) == network


def test_clock_that_is_set_back_makes_nobody_wait_for_the_old_time(clock: Clock) -> None:
    for _ in range(BOTH.free + 1):
        clock.wait_of(ASHA, "192.0.2.1")
    assert clock.wait_of(ASHA, "192.0.2.1") == 10.0
    clock.move_on(-3600)
    assert clock.wait_of(ASHA, "192.0.2.1") == 0.0
    assert clock.wait_of(ASHA, "192.0.2.1") == 20.0
