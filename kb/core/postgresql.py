"""Connections to PostgreSQL that end in an error and not in waiting, whatever became of the server, and work behind a pooler.

Behind one (KB_DATABASE_DIRECT is set) nothing is left with a connection: no prepared statement, no setting, no lock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.pool import NullPool

# Seconds in which a connection must be there, and in which one from the pool must show that it still is: for requests, which
# somebody waits for, and for work, which would only have to be done again.
_ANSWERS, _ANSWERS_WORK = 3, 10
# What a client waits on top of what the server itself allows a statement.
_GRACE = 5.0
# Seconds in which nobody tries again after the server has not answered at all: each would wait as long.
_PAUSE = 1.0
# A machine that is gone says nothing. By the network's own times it would take a quarter of an hour to see that.
_OF_NETWORK = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}

_direct: "WeakKeyDictionary[Engine, URL]" = WeakKeyDictionary()


def make_postgresql_engine(
    url: URL, direct: URL | None, *, lock_wait: float | None, longest_statement: float | None, **options: Any
) -> Engine:
    """direct: the address past the pooler, where there is one. Seconds: lock_wait, of waiting for somebody else's lock;
    longest_statement, of one statement. None: without an end."""
    limits = {
        name: int(seconds * 1000)
        for name, seconds in (("lock_timeout", lock_wait), ("statement_timeout", longest_statement))
        if seconds is not None
    }
    if url.get_driver_name() != "psycopg":  # somebody's own choice, which knows nothing of what follows
        return create_engine(url, connect_args=_of_network(url), pool_pre_ping=True, **options)
    patience = _ANSWERS_WORK if longest_statement is None else _ANSWERS
    connecting = _of_network(url, patience)
    if direct is not None:
        connecting["prepare_threshold"] = None
    elif limits and "options" not in url.query:
        connecting["options"] = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = create_engine(url, connect_args=connecting, **options)
    if direct is not None:
        _direct[engine] = direct
        if limits:
            event.listen(engine, "begin", lambda connection: _limit_transaction(connection, limits))
    _end_waiting(engine, None if longest_statement is None else longest_statement + _GRACE, patience)
    return engine


@contextmanager
def past_pooler(engine: Engine) -> Iterator[Engine]:
    """An engine whose connections are sessions of the server, for what lasts longer than a transaction: `engine` itself where no
    pooler stands before the database."""
    direct = _direct.get(engine)
    if direct is None:
        yield engine
        return
    other = create_engine(direct, connect_args=_of_network(direct), poolclass=NullPool, hide_parameters=True)
    try:
        yield other
    finally:
        other.dispose()


def open_session(engine: Engine) -> Callable[[], Any]:
    """Opens a connection of psycopg's own past any pooler, which commits each statement. It does not keep `engine` alive."""
    url = _direct.get(engine, engine.url)
    arguments, options = engine.dialect.create_connect_args(url)

    def opened() -> Any:
        connection = _bounded_connection().connect(*arguments, autocommit=True, **options, **_of_network(url))
        connection.longest = _GRACE
        return connection

    return opened


def _of_network(url: URL, connecting: int = _ANSWERS_WORK) -> dict[str, Any]:
    chosen = {"connect_timeout": connecting, **_OF_NETWORK}
    return {name: value for name, value in chosen.items() if name not in url.query}


def _limit_transaction(connection: Connection, limits: dict[str, int]) -> None:
    connection.exec_driver_sql("; ".join(f"SET LOCAL {name} = {value}" for name, value in limits.items()))


def _end_waiting(engine: Engine, longest: float | None, patience: int) -> None:
    """Have connections of `engine` give up after so many seconds; one of its pool must answer within `patience` before use."""
    not_before = 0.0

    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        nonlocal not_before
        bounded = _bounded_connection()
        if time.monotonic() < not_before:
            raise bounded.unanswered("the server did not answer a moment ago")
        try:
            connection = bounded.connect(*arguments, **options)
        except bounded.timed_out:
            not_before = time.monotonic() + _PAUSE
            raise
        connection.longest = longest
        return connection

    def ask(connection: Any, _record: Any, _proxy: Any) -> None:
        if connection.is_new:
            connection.is_new = False
            return
        before, connection.longest = connection.longest, patience
        try:
            engine.dialect.do_ping(connection)
        except _bounded_connection().unanswered_in_time as error:  # this one may wait for its turn at a pooler
            raise DisconnectionError from error
        except engine.dialect.loaded_dbapi.Error as error:
            # The server has closed it, and the others with it.
            raise InvalidatePoolError from error
        finally:
            connection.longest = before

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", ask)


@cache
def _bounded_connection() -> Any:
    """The class of these connections. Made late: with SQLite the driver is not even imported."""
    import psycopg

    class NoAnswerError(psycopg.OperationalError):
        pass

    class BoundedConnection(psycopg.Connection[Any]):
        longest: float | None = None
        is_new = True
        unanswered = psycopg.OperationalError
        timed_out = psycopg.errors.ConnectionTimeout
        unanswered_in_time = NoAnswerError

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            """Raises OperationalError when the server says nothing for `longest` seconds; the connection is of no use then."""
            try:
                return super().wait(gen, interval, self.longest if timeout is None else timeout)
            except psycopg.OperationalError as error:
                if self.longest is None or self.pgconn.transaction_status != psycopg.pq.TransactionStatus.ACTIVE:
                    raise
                self.pgconn.finish()
                raise NoAnswerError("the server did not answer") from error

    return BoundedConnection
