"""Encode a large archive on all machines of a Ray cluster (`kb index --ray`), by Ray Data: an extra, kb-assist[ray].

The process that holds the database reads and cuts documents and stores what comes back; the machines get texts and give vectors.
Each has kb-assist and the model installed. Where one goes away, Ray gives its texts to the others; a passage is stored by its
place, so what was encoded twice by that is stored once.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from indexer.encoders.bundled import BundledEncoder
from indexer.encoders.opening import open_encoder
from indexer.storing import EncodedPassage, PreparedBatch, as_stored, embed_texts, is_question
from kb.core.errors import ConfigurationError, IndexUnavailableError
from kb.core.settings import load_settings
from kb.search.encoding import Encoder

if TYPE_CHECKING:
    import pyarrow

OpenEncoder = Callable[[str], Encoder]
logger = logging.getLogger(__name__)

# Passages that are read and given to the cluster together.
_LOT = 20_000
# Of one call of the encoder; and lost where its machine goes away.
_PASSAGES_PER_CALL = 64
# Whoever else works on these machines goes first.
_NICE = 10
_CONNECT_SECONDS = 10


def open_on_machine(model: str) -> Encoder:
    """The encoder of that name as it is installed on the machine that this is called on."""
    return open_encoder(replace(load_settings(), model=model))


class RayEncoder:
    """Implements `BulkEncoder`. To be used in a `with`, which is connected to the cluster."""

    def __init__(
        self,
        address: str,
        model: str,
        fingerprint: str,
        *,
        lot: int = _LOT,
        open_encoder: OpenEncoder = open_on_machine,
    ) -> None:
        """address: of the cluster, HOST:PORT; model, fingerprint: those of the encoder that the index is made with."""
        self._address, self._lot = address, lot
        self._model, self._fingerprint, self._open_encoder = model, fingerprint, open_encoder

    def __enter__(self) -> "RayEncoder":
        """Raises ConfigurationError where Ray is not installed or nothing answers at the address."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray = _ray()
        except ImportError as error:
            raise ConfigurationError(
                "Ray is not installed, which --ray needs.", remedy="Install it with: pip install 'kb-assist[ray]'"
            ) from error
        _look_for(self._address)
        try:
            ray.init(self._address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise _no_cluster(self._address) from error
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(logging.ERROR)
        return self

    def __exit__(self, *_: object) -> None:
        _ray().shutdown()

    def encode(
        self, batches: Iterator[PreparedBatch], nodes: dict[str, int]
    ) -> Iterator[tuple[PreparedBatch, list[EncodedPassage]]]:
        """See `BulkEncoder`. Raises IndexUnavailableError where the cluster cannot go on."""
        lot: list[PreparedBatch] = []
        size = 0
        for batch in batches:
            if not batch.new:
                yield batch, []
                continue
            lot.append(batch)
            size += len(batch.new)
            if size >= self._lot:
                yield from self._encode_lot(lot, nodes)
                lot, size = [], 0
        if lot:
            yield from self._encode_lot(lot, nodes)

    def _encode_lot(
        self, lot: Sequence[PreparedBatch], nodes: dict[str, int]
    ) -> Iterator[tuple[PreparedBatch, list[EncodedPassage]]]:
        rows = [
            {"batch": number, "place": place, "text": passage.embedded_text, "question": is_question(passage)}
            for number, batch in enumerate(lot)
            for place, passage in enumerate(batch.new)
        ]
        found: dict[int, dict[int, EncodedPassage]] = {number: {} for number in range(len(lot))}
        for table in self._tables(rows):
            for row in table.to_pylist():
                of_batch = found.get(row["batch"])
                if of_batch is None or row["place"] in of_batch:
                    continue  # again, after a machine went away
                of_batch[row["place"]] = EncodedPassage(row["vector"], row["words"])
                nodes[row["node"]] = nodes.get(row["node"], 0) + 1
                batch = lot[row["batch"]]
                if len(of_batch) == len(batch.new):
                    del found[row["batch"]]
                    yield batch, [of_batch[place] for place in range(len(batch.new))]
        if found:
            raise _stopped(f"{len(found)} batches of documents did not come back")

    def _tables(self, rows: Sequence[dict[str, Any]]) -> Iterator["pyarrow.Table"]:
        """The rows with what the encoder makes of them, as they come."""
        threads = _threads()
        blocks = max(len(rows) // _PASSAGES_PER_CALL, 1)
        with _told_plainly():
            encoded = (
                _ray()
                .data.from_items(list(rows), override_num_blocks=blocks)
                .map_batches(
                    _encode_table,
                    fn_args=(self._open_encoder, self._model, self._fingerprint, threads),
                    batch_size=_PASSAGES_PER_CALL,
                    batch_format="pyarrow",
                    num_cpus=threads,
                )
            )
            yield from encoded.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


def _ray() -> Any:
    """Imported here: seconds, and only --ray has it. Its hints are not strict enough for ours."""
    import ray
    import ray.data

    return ray


def _look_for(address: str) -> None:
    """Raises ConfigurationError where nobody listens there: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigurationError(
            "%(address)s is no address of a Ray cluster.",
            address=address,
            remedy="Type it as HOST:PORT, as in 10.0.0.5:6379",
        )
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise _no_cluster(address) from error


def _no_cluster(address: str) -> ConfigurationError:
    return ConfigurationError(
        "No Ray cluster answers at %(address)s.",
        address=address,
        remedy="Start one with: ray start --head --port=6379 (and on each other machine: ray start --address=HOST:6379), or "
        "leave out --ray: all processors of this machine are used then",
    )


def _threads() -> int:
    """Of each call: the processors of the smallest machine, so that any call can be done on any machine."""
    processors = [int(node["Resources"].get("CPU", 0)) for node in _ray().nodes() if node["Alive"]]
    return min((count for count in processors if count), default=1)


def _encode_table(
    table: "pyarrow.Table", open_encoder: OpenEncoder, model: str, fingerprint: str, threads: int
) -> "pyarrow.Table":
    """Runs on any machine. A call that is lost with its machine is done again on another."""
    import pyarrow

    ray = _ray()
    node = f"{ray.util.get_node_ip_address()} {ray.get_runtime_context().get_node_id()[:8]}"
    encoder = _opened(open_encoder, model)
    if encoder.fingerprint != fingerprint:
        raise ConfigurationError(
            "The encoder on %(node)s is %(there)s, that of the index %(here)s",
            node=node,
            there=encoder.fingerprint,
            here=fingerprint,
        )
    if isinstance(encoder, BundledEncoder):
        encoder.parallel = threads
    texts, are_questions = table["text"].to_pylist(), table["question"].to_pylist()
    encoded = as_stored(embed_texts(encoder, texts, are_questions))
    return pyarrow.table(
        {
            "batch": table["batch"],
            "place": table["place"],
            "vector": pyarrow.array([one.vector for one in encoded], pyarrow.large_binary()),
            "words": pyarrow.array([one.words for one in encoded], pyarrow.large_binary()),
            "node": [node] * len(encoded),
        }
    )


@cache
def _opened(open_encoder: OpenEncoder, model: str) -> Encoder:
    """Once in each process, which Ray keeps for many calls."""
    os.nice(_NICE)
    return open_encoder(model)


@contextmanager
def _told_plainly() -> Iterator[None]:
    import ray.exceptions

    try:
        yield
    except (ray.exceptions.RayError, ConnectionError) as error:
        logger.debug("Ray stopped", exc_info=error)
        raise _stopped(str(error).strip().splitlines()[-1]) from error


def _stopped(reason: str) -> IndexUnavailableError:
    return IndexUnavailableError(
        "The Ray cluster could not go on: %(reason)s. What was encoded until then is kept.",
        reason=reason,
        remedy="When that is mended, type again: kb index --ray ADDRESS; it goes on where it stopped",
    )
