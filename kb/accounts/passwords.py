"""Passwords: argon2id, one at a time in each process, and none of those that everybody tries first."""

import contextlib
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from kb.accounts.known_names import name_words, without_names
from kb.core.errors import InvalidInputError, TooBusyError

SHORTEST_PASSWORD = 10
# Hashing takes time in proportion to nothing a caller should control.
LONGEST_PASSWORD = 1000
# Hashes that wait in one process for their turn, each about a tenth of a second; whoever comes on top is asked to come again.
MOST_WAITING = 16
# Steps below which an estimate of guesses says "falls at once": zxcvbn's score goes from 0 to 4.
_WEAKEST = 2
# Characters that are looked at for the estimate, whose time grows with their square.
_LOOKED_AT = 72
# Letters that a password has besides names that anybody knows.
_FEWEST_OF_OWN = 4
# A thread that gives way: whoever searches does not wait for whoever tries passwords.
_NICENESS = 10
# zxcvbn keeps the words of the person whose password it looks at in a dictionary that all threads share.
_one_estimate = threading.Lock()

Result = TypeVar("Result")


class _Hashing:
    """The one thread of this process that hashes."""

    def __init__(self) -> None:
        self.hasher = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1, type=Type.ID)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords", initializer=_give_way)
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def run(self, work: Callable[[], Result]) -> Result:
        """Raises TooBusyError where too many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooBusyError("Too many people are logging in at this moment.", remedy="Try again in a few seconds.")
        try:
            return self._thread.submit(work).result()
        finally:
            self._places.release()


@cache
def _hashing() -> _Hashing:
    return _Hashing()


# A thread does not survive a fork; the child makes its own.
os.register_at_fork(after_in_child=_hashing.cache_clear)


def _give_way() -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def hash_password(password: str, *, about: Iterable[str] = ()) -> str:
    """The argon2id hash to store. about: names that anybody knows, of the person and of the site.

    Raises InvalidInputError for a password that is too short, absurdly long, or among the first that are tried.
    """
    check_password(password, about=about)
    return hash_unchecked(password)


def hash_unchecked(password: str) -> str:
    """The hash of a password that is in use already, or was made here. Raises TooBusyError."""
    hashing = _hashing()
    return hashing.run(lambda: hashing.hasher.hash(password))


def verify_password(stored: str, password: str) -> bool:
    """Whether it is the password of that hash. Raises TooBusyError."""
    hashing = _hashing()

    def verify() -> bool:
        try:
            return hashing.hasher.verify(stored, password[: LONGEST_PASSWORD + 1].encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

    return hashing.run(verify)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hashing().hasher.check_needs_rehash(stored)


@cache
def hash_of_nobody() -> str:
    """Verified against when the address is unknown, so that the time taken does not tell which addresses exist."""
    return hash_unchecked(secrets.token_urlsafe(15))


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Raises InvalidInputError where a password is too short, absurdly long, or would be guessed at once."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInputError(
            "A password has %(shortest_password)s to %(longest_password)s characters; this one has %(length)s.",
            shortest_password=SHORTEST_PASSWORD,
            longest_password=LONGEST_PASSWORD,
            length=len(password),
        )
    try:
        password.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError("A password is made of characters that can be written.") from error
    names = list(about)
    rest = without_names(password, names)
    if rest != password and (sum(map(str.isalpha, rest)) < _FEWEST_OF_OWN or _is_weak(rest, [])):
        raise InvalidInputError(
            "This password is made of names that anybody knows: of this site, or of yourself.",
            remedy="Take a longer one, such as four words that have nothing to do with each other.",
        )
    if _is_weak(password, [word for text in names for word in name_words(text)]):
        raise InvalidInputError(
            "This password is among the first that are tried.",
            remedy="Take a longer one, such as four words that have nothing to do with each other.",
        )


def generate_password() -> str:
    """A random password of 20 characters (about 119 bits)."""
    return secrets.token_urlsafe(15)


def _is_weak(password: str, names: list[str]) -> bool:
    # It reads lists of 100,000 words: only who sets a password waits for that.
    from zxcvbn import zxcvbn
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    if password.lower() in FREQUENCY_LISTS["passwords"]:
        return True
    with _one_estimate:
        return int(zxcvbn(password[:_LOOKED_AT], user_inputs=names)["score"]) < _WEAKEST
