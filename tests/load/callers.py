"""Many clients in one thread that take little of the processor, so that what is measured is the server: one connection each, kept
open, over `selectors`. Every answer is timed from the sending of the request to the last byte."""

import heapq
import re
import selectors
import socket
import time
import urllib.parse
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
# Seconds without a whole answer, after which it is an error.
_LONGEST = 60.0


@dataclass
class Caller:
    """Somebody who asks, reads the answer, pauses, and asks again. kind: under which it is counted; request: the next one as
    bytes; pause: seconds after an answer; waits: whether it comes again only after `Retry-After`, as programs should."""

    kind: str
    request: Callable[[], bytes]
    pause: Callable[[], float] = lambda: 0.0
    waits: bool = True


@dataclass
class Kind:
    """Answers of one kind. busy: those with 503 and `Retry-After`."""

    admitted_ms: "array[float]" = field(default_factory=lambda: array("f"))
    busy_ms: "array[float]" = field(default_factory=lambda: array("f"))
    errors: Counter[str] = field(default_factory=Counter)
    in_time: int = 0

    def figures(self, seconds: float) -> dict[str, object]:
        asked = len(self.admitted_ms) + len(self.busy_ms) + self.errors.total()
        return {
            "asked": asked,
            "admitted": len(self.admitted_ms),
            "admitted_a_second": round(self.in_time / seconds, 1),
            "ms": quantiles(self.admitted_ms),
            "busy_503": len(self.busy_ms),
            "busy_share": round(len(self.busy_ms) / max(asked, 1), 4),
            "busy_ms": quantiles(self.busy_ms),
            "errors": dict(self.errors),
        }


def quantiles(milliseconds: "array[float]") -> dict[str, float]:
    if not milliseconds:
        return {}
    at = np.percentile(np.frombuffer(milliseconds, dtype=np.float32), (50, 95, 99, 100))
    return {name: round(float(value), 1) for name, value in zip(("p50", "p95", "p99", "most"), at, strict=True)}


class _Line:
    """A caller's connection."""

    def __init__(self, number: int, caller: Caller) -> None:
        self.number, self.caller = number, caller
        self.socket: socket.socket | None = None
        self.got = bytearray()
        self.sent = b""
        self.begun = 0.0
        self.whole = -1  # length of the answer with its head, once it is known
        self.is_kept = False  # whether something was answered on this connection already
        self.waits_for_answer = False


class Callers:
    """All callers of one address. seconds, own_processor_s: what the last `run` took, by the clock and of this thread's
    processor."""

    def __init__(self, address: str, callers: list[Caller]) -> None:
        parts = urllib.parse.urlsplit(address)
        self._place = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._lines = [_Line(number, caller) for number, caller in enumerate(callers)]
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, int]] = []
        self.kinds: dict[str, Kind] = {caller.kind: Kind() for caller in callers}
        self.answers = 0
        self.seconds = self.own_processor_s = 0.0

    def run(self, is_over: Callable[[], bool]) -> None:
        """Until that is true; answers under way then are waited for, and counted in the quantiles but not in the rates."""
        begun, processor = time.perf_counter(), time.thread_time()
        self._due = [(begun, number) for number in range(len(self._lines))]
        ends_at = looked_at = 0.0
        try:
            while not ends_at or any(line.waits_for_answer for line in self._lines):
                now = time.perf_counter()
                if not ends_at and is_over():
                    ends_at, self.seconds = now, now - begun
                while not ends_at and self._due and self._due[0][0] <= now:
                    self._ask(self._lines[heapq.heappop(self._due)[1]])
                pause = max(0.0, self._due[0][0] - now) if self._due and not ends_at else 0.1
                for key, _ in self._selector.select(min(pause, 0.1)):
                    self._read(key.data, is_in_time=not ends_at)
                if now - looked_at > 1.0:
                    looked_at = now
                    self._give_up_on_late_ones(now)
        finally:
            for line in self._lines:
                self._close(line)
            self._selector.close()
            self.own_processor_s = time.thread_time() - processor

    def figures(self) -> dict[str, object]:
        return {kind: found.figures(self.seconds) for kind, found in self.kinds.items()}

    def _ask(self, line: _Line, again: bytes = b"") -> None:
        line.sent = again or line.caller.request()
        if not again:
            line.begun = time.perf_counter()
        line.got.clear()
        line.whole = -1
        try:
            if line.socket is None:
                line.socket = socket.create_connection(self._place, timeout=10)
                line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line.socket.setblocking(False)
                line.is_kept = False
                self._selector.register(line.socket, selectors.EVENT_READ, line)
            line.socket.sendall(line.sent)
            line.waits_for_answer = True
        except OSError as error:
            self._went_wrong(line, error)

    def _read(self, line: _Line, *, is_in_time: bool) -> None:
        assert line.socket is not None
        try:
            data = line.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError as error:
            self._went_wrong(line, error)
            return
        if not data and not line.waits_for_answer:  # kept open for a while, and nobody asked
            self._close(line)
            return
        if not data:
            self._went_wrong(line, ConnectionError("closed"))
            return
        line.got += data
        if line.whole < 0:
            head = line.got.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(line.got, 0, head + 2)
            line.whole = head + 4 + (int(length[1]) if length else 0)
        if len(line.got) >= line.whole:
            self._take(line, is_in_time)

    def _take(self, line: _Line, is_in_time: bool) -> None:
        now = time.perf_counter()
        status, head = bytes(line.got[9:12]).decode(), bytes(line.got[: line.got.find(b"\r\n\r\n") + 2])
        kind, taken = self.kinds[line.caller.kind], 1000 * (now - line.begun)
        later = _RETRY_AFTER.search(head)
        self.answers += 1
        pause = line.caller.pause()
        if status == "200":
            kind.admitted_ms.append(taken)
            kind.in_time += is_in_time
        elif status == "503" and later:
            kind.busy_ms.append(taken)
            pause = max(pause, float(later[1])) if line.caller.waits else pause
        else:
            kind.errors[status] += 1
        line.waits_for_answer, line.is_kept = False, True
        if _CLOSES.search(head):
            self._close(line)
        heapq.heappush(self._due, (now + pause, line.number))

    def _went_wrong(self, line: _Line, error: OSError) -> None:
        was_kept = line.is_kept
        self._close(line)
        if was_kept and not line.got and isinstance(error, ConnectionError):
            # The server had closed it meanwhile: a browser asks once more on a new one, and so do we.
            self._ask(line, line.sent)
            return
        self.kinds[line.caller.kind].errors[str(error) or type(error).__name__] += 1
        heapq.heappush(self._due, (time.perf_counter() + 1.0, line.number))

    def _give_up_on_late_ones(self, now: float) -> None:
        for line in self._lines:
            if line.waits_for_answer and now - line.begun > _LONGEST:
                self._went_wrong(line, TimeoutError("no answer within a minute"))

    def _close(self, line: _Line) -> None:
        if line.socket is not None:
            self._selector.unregister(line.socket)
            line.socket.close()
        line.socket, line.waits_for_answer, line.is_kept = None, False, False
