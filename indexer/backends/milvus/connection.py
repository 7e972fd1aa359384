"""Milvus as seen from one process: few calls, each with a limit of time, and one sentence for a person where it fails.

After a failure nothing is asked for a moment, so that searches do not all wait for what is gone; the first call after that moment
finds out whether it is back. pymilvus repeats what failed on the way by itself, within the limit of time.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kb.core.errors import ConfigurationError, IndexUnavailableError
from kb.core.index_settings import MilvusAddress
from kb.search.encoding import Ids, Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

logger = logging.getLogger(__name__)
T = TypeVar("T")

VECTOR, WORDS = "vector", "words"
# Seconds for what is no search: a batch that is written, a collection that is made.
_PATIENCE = 60.0
# Seconds that nothing is asked after a failure: twice as many after each further one.
_PAUSE, _LONGEST_PAUSE = 1.0, 15.0
# A server reads what was written up to so many seconds ago or newer ("Bounded", its gracefulTime of 5 s and room for clocks).
STALENESS = 10.0
# The first version with sparse vectors.
_SPARSE_FROM = (2, 4)
_NO_SUCH_COLLECTION = (100, 4)  # codes of servers
_AT_ONCE = 500


class MilvusUnavailableError(IndexUnavailableError):
    """Milvus does not answer, refuses, or cannot be used as it is."""


class MissingCollectionError(MilvusUnavailableError):
    """Milvus answers, and a collection that should be there is not."""


class MilvusConnection:
    """Safe for many threads. Opened by the first call."""

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self.problem: str | None = None  # why it cannot be used, None while all is well
        self._remedy = ""
        self._lock = threading.Lock()
        self._opened: MilvusClient | None = None
        self._pause, self._ask_again = _PAUSE, 0.0

    @property
    def staleness(self) -> float:
        """Seconds after which every search has what was written."""
        return 0.0 if self.address.is_file else STALENESS

    @cached_property
    def version(self) -> str:
        return str(self._call(lambda client, seconds: client.get_server_version(timeout=seconds), _PATIENCE))

    @cached_property
    def has_sparse(self) -> bool:
        """Whether words can be kept there. Raises MilvusUnavailableError where it was never reached."""
        if "lite-" in self.version.replace("_", "-"):  # "milvus_lite-3.2.2"; the old packaged server says "v2.3.5-lite"
            return True
        found = re.search(r"(\d+)\.(\d+)", self.version)
        return found is None or (int(found[1]), int(found[2])) >= _SPARSE_FROM

    def search(self, name: str, field: str, query: Vectors | Mapping[int, float], limit: int) -> tuple[Ids, Vectors]:
        """Ids and inner products of the nearest, best first, within the time that a search may wait."""
        hits = self._call(
            lambda client, seconds: client.search(
                name,
                data=[query],
                anns_field=field,
                limit=limit,
                output_fields=["id"],
                search_params={"metric_type": "IP", "params": {} if field == WORDS else {"ef": max(2 * limit, 128)}},
                consistency_level="Bounded",
                timeout=seconds,
            ),
            self.address.timeout,
        )[0]
        ids = np.array([hit["id"] for hit in hits], np.int64)
        return ids, np.array([hit["distance"] for hit in hits], np.float32)

    def create(self, name: str, dimensions: int) -> None:
        """A new collection, ready to be searched."""
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimensions)
        indexes = MilvusClient.prepare_index_params()
        if self.address.is_file:
            indexes.add_index(VECTOR, index_type="FLAT", metric_type="IP")
        else:
            graph = {"M": 24, "efConstruction": 200}
            indexes.add_index(VECTOR, index_type="HNSW", metric_type="IP", params=graph)
        if self.has_sparse:
            schema.add_field(WORDS, DataType.SPARSE_FLOAT_VECTOR)
            indexes.add_index(WORDS, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")

        def make(client: "MilvusClient", seconds: float) -> None:
            client.create_collection(name, schema=schema, consistency_level="Bounded", timeout=seconds)
            # There is nothing in it yet: nothing to wait for, half a second each.
            client.create_index(name, indexes, sync=False, timeout=seconds)
            client.load_collection(name, timeout=seconds)

        self._call(make, _PATIENCE)

    def load(self, name: str) -> None:
        """Have it ready to be searched, which it is not after a restart of milvus-lite."""
        self._call(lambda client, seconds: client.load_collection(name, timeout=seconds), _PATIENCE)

    def write(self, name: str, rows: Sequence[dict[str, Any]], remove: Sequence[int]) -> None:
        """Add or replace rows and remove ids. Doing it twice does no harm."""
        for start in range(0, len(rows), _AT_ONCE):
            some = list(rows[start : start + _AT_ONCE])
            self._call(partial(_upsert, name, some), _PATIENCE)
        for start in range(0, len(remove), _AT_ONCE):
            ids = list(remove[start : start + _AT_ONCE])
            self._call(partial(_delete, name, ids), _PATIENCE)

    def settle(self, name: str) -> None:
        """Have everything written to storage, where an index is made of it."""
        self._call(lambda client, seconds: client.flush(name, timeout=seconds), _PATIENCE)

    def drop(self, name: str) -> None:
        self._call(lambda client, seconds: client.drop_collection(name, timeout=seconds), _PATIENCE)

    def count(self, name: str) -> int:
        """Passages in a collection, everything that was written among them."""
        [row] = self._query(name, "", ["count(*)"])
        return int(row["count(*)"])

    def vectors(self, name: str, ids: Sequence[int]) -> dict[int, Vectors]:
        """Those of the passages that are there, everything that was written among them."""
        rows = self._query(name, f"id in {list(ids)}", ["id", VECTOR])
        return {int(row["id"]): np.asarray(row[VECTOR], np.float32) for row in rows}

    def names(self) -> set[str]:
        return set(self._call(lambda client, seconds: client.list_collections(timeout=seconds), _PATIENCE))

    def ask(self) -> None:
        """Find out whether it answers. Raises MilvusUnavailableError."""
        self._call(lambda client, seconds: client.list_collections(timeout=seconds), self.address.timeout)

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _query(self, name: str, expression: str, columns: list[str]) -> list[dict[str, Any]]:
        return list(
            self._call(
                lambda client, seconds: client.query(
                    name, filter=expression, output_fields=columns, consistency_level="Strong", timeout=seconds
                ),
                _PATIENCE,
            )
        )

    def _call(self, ask: "Callable[[MilvusClient, float], T]", seconds: float) -> T:
        require_package(self.address)
        from pymilvus.exceptions import MilvusException

        if time.monotonic() < self._ask_again:
            raise MilvusUnavailableError(self.problem or "Milvus does not answer.", remedy=self._remedy)
        try:
            found = ask(self._client(seconds), seconds)
        except MilvusException as error:
            if error.code in _NO_SUCH_COLLECTION or "collection not found" in error.message.lower():
                raise MissingCollectionError(
                    "A collection is not in Milvus any more.", remedy="Make it again with: kb index"
                ) from error
            raise self._failed(_reason(error)) from error
        except ConfigurationError:
            raise
        except Exception as error:  # gRPC's own errors, of several classes, and those of milvus-lite
            raise self._failed(_reason(error)) from error
        if self.problem is not None:
            logger.warning("Milvus answers again.")
        self.problem, self._pause, self._ask_again = None, _PAUSE, 0.0
        return found

    def _failed(self, reason: str) -> MilvusUnavailableError:
        remedy = "See to it that it runs and that KB_MILVUS_URI is right; what is wrong: kb doctor"
        if "lock" in reason.lower() and self.address.is_file:
            remedy = (
                "Another process has the file open. For several processes start a server, milvus-lite server --data-dir DIR "
                "--port 19530, and set KB_MILVUS_URI=http://127.0.0.1:19530"
            )
        elif "auth" in reason.lower():
            remedy = "Set KB_MILVUS_USER and KB_MILVUS_PASSWORD, or KB_MILVUS_TOKEN"
        error = MilvusUnavailableError(
            "Milvus at %(uri)s cannot be used (%(reason)s).", remedy=remedy, uri=self.address.uri, reason=reason
        )
        if self.problem is None:
            logger.warning("%s Searches go on with words and what changed last.", error.message)
        self.problem, self._remedy = error.message, error.remedy
        self._ask_again = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return error

    def _client(self, seconds: float) -> "MilvusClient":
        with self._lock:
            if self._opened is None:
                self._opened = _open(self.address, max(seconds, 2.0))
            return self._opened


def _upsert(name: str, rows: list[dict[str, Any]], client: "MilvusClient", seconds: float) -> None:
    client.upsert(name, rows, timeout=seconds)


def _delete(name: str, ids: list[int], client: "MilvusClient", seconds: float) -> None:
    client.delete(name, ids=ids, timeout=seconds)


def _open(address: MilvusAddress, seconds: float) -> "MilvusClient":
    client_class = require_package(address)
    # It logs every failure by itself, many lines each.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"token": address.token} if address.token else {}
    if address.database:
        options["db_name"] = address.database
    if address.is_file:  # it is in this process, and takes being asked whether it lives for an attack
        options["grpc_options"] = {"grpc.keepalive_time_ms": 600_000}
    return client_class(address.uri, timeout=seconds, **options)


def require_package(address: MilvusAddress) -> "type[MilvusClient]":
    """Raises ConfigurationError where the packages that it needs are not installed."""
    try:
        if address.is_file:
            import milvus_lite  # noqa: F401
        from pymilvus import MilvusClient
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "KB_INDEX=milvus needs the Python package %(package)s, which is not installed.",
            remedy="Type: pip install 'kb-assist[milvus]'",
            package=error.name or "pymilvus",
        ) from error
    found: type[MilvusClient] = MilvusClient
    return found


def _reason(error: BaseException) -> str:
    """One line, without what the packages put around it: what lies behind it says more where there is something."""
    cause = error.__cause__
    details = getattr(cause, "details", None)  # of gRPC
    text = str(getattr(error, "message", "") or error or type(error).__name__)
    if callable(details) and details():
        text = str(details())
    elif cause is not None and "local milvus" in text:
        text = str(cause)
    return " ".join(text.split())[:300]


_connections: dict[tuple[int, MilvusAddress], MilvusConnection] = {}
_opening = threading.Lock()


def connection_to(address: MilvusAddress) -> MilvusConnection:
    """The connection of this process, the same for all who ask: a file has one owner, and a server knows who wrote what."""
    with _opening:
        return _connections.setdefault((os.getpid(), address), MilvusConnection(address))


def in_blocks(items: Sequence[T], size: int = _AT_ONCE) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
