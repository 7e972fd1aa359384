"""Whether an address outside leads to a page: called with redirects, each of which is checked like the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from kb.core.errors import InvalidInputError
from kb.core.http_call import Answer, CallFailedError, CallRefusedError, call

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Asked for its head alone, many a server says no to what it would show.
_HEADERS: Mapping[str, str] = {"Accept": "text/html,*/*;q=0.8", "Range": "bytes=0-2047"}


class Lead(StrEnum):
    PAGE = "page"  # also one that asks who is there: it is no dead end
    GONE = "gone"  # 404 or 410
    SERVER = "server"  # 5xx
    UNREACHABLE = "unreachable"  # no answer
    LOOP = "loop"  # redirects without an end
    INSIDE = "inside"  # an address of a private network, which was not called


@dataclass(frozen=True)
class Followed:
    """status: of the last answer, None where there was none."""

    lead: Lead
    status: int | None = None


def follow(url: str, *, timeout: float, private: bool = False) -> Followed:
    """timeout: seconds of each call. private: addresses inside are called, too. Never raises for what others answer.

    Raises InvalidInputError for what is no address that can be called.
    """
    begun, status = url, None
    for _ in range(MOST_REDIRECTS + 1):
        try:
            answer = _ask(url, timeout, private=private)
        except CallFailedError:
            return Followed(Lead.UNREACHABLE, status)
        except CallRefusedError as error:
            if error.is_inside:
                return Followed(Lead.INSIDE, status)
            if url == begun:
                raise InvalidInputError(error.message) from error
            return Followed(Lead.SERVER, status)  # it sends people to what is no address
        status = answer.status
        location = answer.headers.get("location", "")
        if status not in _REDIRECTS or not location:
            return Followed(_lead_of(status), status)
        try:
            url = urljoin(url, location)
        except ValueError:
            return Followed(Lead.SERVER, status)
    return Followed(Lead.LOOP, status)


def _ask(url: str, timeout: float, *, private: bool) -> Answer:
    answer = call("HEAD", url, headers=_HEADERS, timeout=timeout, private=private)
    if answer.status < 400 and (answer.status not in _REDIRECTS or "location" in answer.headers):
        return answer
    return call("GET", url, headers=_HEADERS, timeout=timeout, private=private)


def _lead_of(status: int) -> Lead:
    if status in {404, 410}:
        return Lead.GONE
    return Lead.SERVER if 500 <= status < 600 else Lead.PAGE
