"""Requests as customers, people who type, and reps send them: each question is another one, each customer has another address."""

import itertools
import random
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from callers import Caller
from questions import endless, questions
from reps_at_the_desk import log_in
from serving import DEMO_LOGINS

# Searches of one customer before another one comes.
_SEARCHES_EACH = 4
# Seconds between two letters, and between two searches of a rep.
_LETTER, _REP = (0.12, 0.3), (2.0, 4.0)
_SHORTEST_TYPED = 3


class Visitors:
    """All of one run."""

    def __init__(self, address: str, seed: int = 0) -> None:
        self._host = urllib.parse.urlsplit(address).netloc
        self._asked = endless(questions(seed))
        self._chance = random.Random(seed)
        self._numbers = itertools.count()

    def customer(self, place: str) -> Caller:
        """Searches again as soon as the answer is there. place: "api" or "page"."""
        return Caller(f"search ({place})", lambda: self._search(place))

    def typist(self) -> Caller:
        """Types questions in the help centre; each letter asks what there is for what stands there so far."""
        letters = self._letters()
        return Caller("typing", lambda: next(letters), lambda: self._chance.uniform(*_LETTER), waits=False)

    def rep(self, cookie: str) -> Caller:
        def search() -> bytes:
            _, text = next(self._asked)
            return self._get(f"/desk/?q={urllib.parse.quote(text)}", f"Cookie: {cookie}")

        return Caller("rep", search, lambda: self._chance.uniform(*_REP), waits=False)

    def _search(self, place: str, text: str = "", language: str = "en", more: str = "") -> bytes:
        if not text:
            language, text = next(self._asked)
        quoted = urllib.parse.quote(text)
        if place == "api":
            return self._get(f"/api/v1/search?q={quoted}&lang={language}{more}")
        return self._get(f"/help/{language}/search?q={quoted}{more}", "Accept-Encoding: br, gzip")

    def _letters(self) -> "itertools.chain[bytes]":
        return itertools.chain.from_iterable(
            (
                self._search("page", text[:length], language, "&typing=1")
                for length in range(_SHORTEST_TYPED, len(text) + 1)
            )
            for language, text in self._asked
        )

    def _get(self, path: str, *headers: str) -> bytes:
        who = next(self._numbers) // _SEARCHES_EACH
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {self._host}",
            f"X-Forwarded-For: 10.{who >> 16 & 255}.{who >> 8 & 255}.{who & 255}",
            *headers,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def cookies_of_reps(address: str, home: Path) -> Callable[[int], str]:
    """The cookie of the rep of that number: all people of the sample have logged in, each in several windows."""
    count = len((home / DEMO_LOGINS).read_text("utf-8").splitlines())
    reps = [log_in(address, home, number) for number in range(count)]
    kept = ["; ".join(f"{cookie.name}={cookie.value}" for cookie in rep.cookies) for rep in reps]
    return lambda number: kept[number % count]
