"""Passwords: argon2id, few at a time, and none of those that everybody tries first."""

import threading
import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from kb.accounts import passwords
from kb.accounts.known_names import names_of_site, without_names
from kb.accounts.passwords import check_password, hash_password, is_outdated, verify_password
from kb.accounts.people import authenticate, change_password, create_user, set_password
from kb.accounts.tokens import find_token, issue_token
from kb.core.errors import InvalidInputError, NotAllowedError, TooBusyError
from kb.core.settings import load_settings
from kb.tables import Role

GOOD = "correct horse battery"


@pytest.mark.parametrize(
    "password",
    ["1234567890", "0123456789", "password123", "Password123!", "qwertyuiop", "iloveyou12", "aaaaaaaaaaaa", "abcdefghij",
     "1q2w3e4r5t", "limlihj2026"],
)  # fmt: skip
def test_password_that_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError, match="first that are tried"):
        check_password(password, about=("asha.roy@example.com", "Asha Roy", "Jhilmil"))


def site(**given: str) -> tuple[str, ...]:
    settings = {"KB_SITE_NAME": "Jhilmil", "KB_PUBLIC_URL": "https://help.lampen-shop.example"} | given
    return names_of_site(load_settings(settings))


@pytest.mark.parametrize(
    "password",
    ["Jhilmil2026", "jhilmil@2026!", "JHILMIL-2026-JHILMIL", "J.h.i.l.m.i.l 2026", "Jh!1m1l#2026", "Jhìlmíl 2026",
     "Ｊｈｉｌｍｉｌ２０２６", "झिलमिल२०२६", "ঝিলমিল@২০২৬", "Jhilmil!!7731??0925", "Jhilmil@Password1", "lampenshop2026",
     "L4mp3n-$h0p_2026", "helpLampenShop", "asha.roy2026", "ASHAASHA12", "kb-assist2026", "KBassist!!99",
     "asha.jhilmil.2026", "आशारॉय@झिलमिल", "Asha+Roy=2026!", "@$h@r0y_2026_"],
)  # fmt: skip
def test_password_made_of_names_that_anybody_knows_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError, match="names that anybody knows"):
        check_password(password, about=("asha.roy@example.com", "Asha Roy", *site()))


@pytest.mark.parametrize("name", ["झिलमिल", "ঝিলমিল", "Жилмил", "Ζilmíl"])
@pytest.mark.parametrize("ending", ["2026", "-२०२६", "!!!999", " ২০২৬"])
def test_names_of_sites_in_any_script_are_known(name: str, ending: str) -> None:
    with pytest.raises(InvalidInputError):
        check_password(name + ending, about=site(KB_SITE_NAME=name))


@pytest.mark.parametrize(
    "password",
    ["Jhilmil has four blue lamps", "5415-2309-8812-3345-77", "झिलमिल के पास नीला पुराना लैंप", "a boat for asha and her lamp", GOOD,
     "welcome comet helpful", "kT5_x9-QaZ4mPq7Lw2dE"],
)  # fmt: skip
def test_name_among_other_words_is_no_reason_to_refuse(password: str) -> None:
    check_password(password, about=("asha.roy@example.com", "Asha Roy", "Li", *site(KB_HOST="0.0.0.0")))


@pytest.mark.parametrize("password", ["Jh1lm1l" * 140, "a" * 1000, "झ" * 1000, "1" * 1000, "ﷺ" * 1000])
def test_looking_for_names_in_the_longest_password_takes_no_time(password: str) -> None:
    begun = time.perf_counter()
    without_names(password, ("asha.roy@example.com", "a" * 200, "झि" * 100, *site()))
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize("password", ["short", "x" * 1001, "", "lone surrogate \ud800"])
def test_password_that_cannot_be_one_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError):
        hash_password(password)


@pytest.mark.parametrize(
    "password", [GOOD, "मेरा पुराना लैंप नीला", "পুরোনো নৌকার লাল পাল", "a" * 20 + " lamp over the bridge" * 40]
)
def test_password_of_any_script_and_length_is_taken_as_it_is(password: str) -> None:
    stored = hash_password(password)
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, password)
    assert not verify_password(stored, password + "x")
    assert not verify_password(stored, password[:-1])


def test_hash_of_other_costs_is_made_anew_at_the_next_log_in_even_of_a_weak_password(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, GOOD)
    user.password_hash = PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash("1234567890")
    assert is_outdated(user.password_hash)
    assert authenticate(session, "asha@example.com", "1234567890") is user
    assert not is_outdated(user.password_hash)
    assert authenticate(session, "asha@example.com", "1234567890") is user


def test_hashing_is_one_at_a_time_and_a_crowd_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = hash_password(GOOD)
    running, most, refused, lock = 0, 0, 0, threading.Lock()
    hasher = passwords._hashing().hasher
    real = type(hasher).verify

    def watched(self: PasswordHasher, hash: str, password: str) -> bool:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
        try:
            return real(self, hash, password)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(PasswordHasher, "verify", watched)

    def try_once() -> None:
        nonlocal refused
        try:
            verify_password(stored, "guess")
        except TooBusyError:
            with lock:
                refused += 1

    crowd = [threading.Thread(target=try_once) for _ in range(passwords.MOST_WAITING * 3)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert most == 1
    assert refused > 0
    assert verify_password(stored, GOOD), "the place of whoever was refused is free again"


def test_address_that_nobody_has_takes_the_time_of_one_that_somebody_has(session: Session) -> None:
    create_user(session, "asha@example.com", Role.REP, GOOD)

    def fastest(email: str) -> float:
        times = []
        for _ in range(5):
            begun = time.process_time()
            with pytest.raises(NotAllowedError):
                authenticate(session, email, "guess of mine")
            times.append(time.process_time() - begun)
        return min(times)

    fastest("nobody@example.com")
    known, unknown = fastest("asha@example.com"), fastest("nobody@example.com")
    assert 0.3 < known / unknown < 3


def test_changing_the_password_asks_for_the_old_one_and_ends_what_was_begun_with_it(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, GOOD, must_change=True)
    token = issue_token(session, user, "crm")
    for old, new in (("guess", "another good password"), (GOOD, GOOD), (GOOD, "1234567890")):
        with pytest.raises((NotAllowedError, InvalidInputError)):
            change_password(session, user, old, new)
    assert user.must_change
    assert find_token(session, token) is not None
    change_password(session, user, GOOD, "another good password")
    assert not user.must_change
    assert find_token(session, token) is None
    assert authenticate(session, "asha@example.com", "another good password") is user


def test_password_that_somebody_else_made_is_to_be_changed_and_withdraws_tokens(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, GOOD)
    assert not user.must_change
    token = issue_token(session, user, "crm")
    set_password(session, user, "another good password", must_change=True)
    assert user.must_change
    assert find_token(session, token) is None
