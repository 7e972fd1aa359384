"""The call to KB_CUSTOMER_URL: it ends within its time whatever the other side does, follows no redirect and reads no more than
is allowed."""

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kb.service.outside_facts import LARGEST_ANSWER, OutsideFacts, OutsideFactsError, Trouble, read_answer

LONGEST_CALL = 1.0  # seconds, all in all
# More that wait at once would only wait: they are told that the system is slow.
_AT_ONCE = threading.BoundedSemaphore(16)


def ask_outside(url: str, token: str, question: dict[str, Any], *, longest: float = LONGEST_CALL) -> OutsideFacts:
    """What the other system says. Raises OutsideFactsError, after `longest` seconds at the latest."""
    deadline = time.monotonic() + longest
    call = _Call(urlsplit(url), token, json.dumps(question).encode(), deadline)
    if not _AT_ONCE.acquire(timeout=longest):
        raise OutsideFactsError(Trouble.SLOW, "The other system is asked by too many at once.")
    # In a thread of its own: neither looking up a host name nor an answer that drips in can be given a time in all.
    thread = threading.Thread(target=call.run, daemon=True, name="customer-facts")
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if thread.is_alive():
        call.abort()
        raise OutsideFactsError(Trouble.SLOW, f"The other system did not answer within {longest:g} s.")
    if call.error is not None:
        raise call.error
    return read_answer(call.body)


@dataclass
class _Call:
    address: SplitResult
    token: str
    question: bytes
    deadline: float
    body: bytes = b""
    error: OutsideFactsError | None = None
    _socket: socket.socket | None = field(default=None, init=False)

    def run(self) -> None:
        try:
            self.body = self._fetch()
        except OutsideFactsError as error:
            self.error = error
        except TimeoutError:
            self.error = OutsideFactsError(Trouble.SLOW, "The other system did not answer in time.")
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.error = OutsideFactsError(Trouble.DOWN, f"The other system cannot be reached: {error}")
        finally:
            _AT_ONCE.release()

    def abort(self) -> None:
        """Wake the thread from its waiting."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it has just been closed
                self._socket.shutdown(socket.SHUT_RDWR)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _fetch(self) -> bytes:
        host, port = self.address.hostname or "", self.address.port
        with contextlib.closing(
            http.client.HTTPSConnection(host, port, timeout=self._left(), context=ssl.create_default_context())
            if self.address.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=self._left())
        ) as connection:
            connection.connect()
            self._socket = connection.sock
            headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "kb-assist"}
            if self.token:
                headers["Authorization"] = f"Bearer {self.token}"
            path = (self.address.path or "/") + (f"?{self.address.query}" if self.address.query else "")
            connection.request("POST", path, body=self.question, headers=headers)
            with contextlib.closing(connection.getresponse()) as response:
                if response.status != 200:
                    raise OutsideFactsError(Trouble.STATUS, f"The other system answered with status {response.status}.")
                return self._read(response)

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        body = b""
        while len(body) <= LARGEST_ANSWER:
            self._left()
            piece = response.read1(64 * 1024)
            if not piece:
                return body
            body += piece
        raise OutsideFactsError(Trouble.TOO_LARGE, "The answer of the other system is too large.")
