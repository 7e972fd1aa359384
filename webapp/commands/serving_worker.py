"""A web process of `kb serve`: gunicorn's event loop, which waits for all connections at once, and the bridge to the application.

Chosen by measurement, see docs/decisions/0040-chat-and-who-waits.md.
"""

import asyncio
import os
import resource
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.glogging import Logger
from gunicorn.workers.gasgi import ASGIWorker

from webapp.shared.live import hub_of

# Seconds in which the head of a connection's first request must be there; later ones have gunicorn's `keepalive`.
LONGEST_HEAD = 20.0
# Seconds for which somebody may take nothing of what is sent to them.
LONGEST_STALL = 60.0
# Of one process. Each takes a file of the operating system's; beyond them somebody must wait outside.
MOST_CONNECTIONS = 4_000
_OTHER_FILES = 500
# Connections that wait to be taken, and how many one process takes at a time: what a process takes its neighbour cannot work on.
_BACKLOG, _TAKEN_AT_ONCE = 2_048, 1


class Connection(ASGIProtocol):  # type: ignore[misc]
    """HTTP/1.1 with limits for slow clients."""

    _head: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.worker.nr_conns > MOST_CONNECTIONS:
            transport.abort()
            return
        self._head = self.worker.loop.call_later(LONGEST_HEAD, transport.abort)

    def _on_headers_complete(self) -> Any:
        _stop(self._head)
        return super()._on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall = self.worker.loop.call_later(LONGEST_STALL, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _stop(self._stall)

    def connection_lost(self, exc: Exception | None) -> None:
        _stop(self._head)
        _stop(self._stall)
        super().connection_lost(exc)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


class Worker(ASGIWorker):  # type: ignore[misc]
    alive: bool

    def init_process(self) -> None:
        wanted = MOST_CONNECTIONS + _OTHER_FILES
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
        super().init_process()

    async def _serve(self) -> None:
        for listener in self.sockets:
            server = await self.loop.create_server(lambda: Connection(self), sock=listener.sock, backlog=_TAKEN_AT_ONCE)
            listener.sock.listen(_BACKLOG)  # asyncio has one number for both
            self.servers.append(server)
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(1.0)
        self.alive = False
        # Streams would keep a server that is to stop for the whole of its graceful time.
        hub_of(self.asgi.application).wake_all()
        await self._shutdown()


class ServerLog(Logger):  # type: ignore[misc]
    """What gunicorn has to say goes where all lines of the log go, in their form (kb.core.logs)."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
