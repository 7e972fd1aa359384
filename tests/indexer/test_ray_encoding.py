"""`kb index --ray`: two machines of a real cluster (two of Ray's nodes on this one), one of which goes away in the middle."""

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from meeting_encoder import open_meeting
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.ray_encoding import RayEncoder
from indexer.storing import EncodedPassage, PreparedBatch
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.clock import utc_now
from kb.core.errors import ConfigurationError
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Passage, Ticket

ENCODER = HashEncoder()
TICKETS = 600
_STORE = 80 * 2**20
pytestmark = [
    pytest.mark.sqlite_only(reason="what machines of a cluster do has nothing to do with the database"),
    # Ray's own code, in the version that is locked.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Stopped(Exception):
    """Somebody has pressed Ctrl-C."""


class Accident:
    """A `BulkEncoder` around a real one: does something when so many batches have come back and two machines have worked."""

    def __init__(self, inner: RayEncoder, after: int, happens: "partial[None]") -> None:
        self._inner, self._after, self._happens = inner, after, happens
        self.happened = False

    def encode(
        self, batches: Iterator[PreparedBatch], nodes: dict[str, int]
    ) -> Iterator[tuple[PreparedBatch, list[EncodedPassage]]]:
        for number, found in enumerate(self._inner.encode(batches, nodes)):
            if number >= self._after and len(nodes) == 2 and not self.happened:
                self.happened = True
                self._happens()
            yield found


def stop() -> None:
    raise Stopped


def add_tickets(engine: Engine) -> None:
    with Session(engine) as session:
        for number in range(TICKETS):
            session.add(
                Ticket(
                    source="ray", external_id=str(number), language="en", channel="email", status="resolved",
                    subject=f"Case {number}", problem=f"The lamp number {number} does not light",
                    resolution=f"A new bulb for lamp {number}", content_hash=str(number), created_at=utc_now(),
                )
            )  # fmt: skip
        session.commit()


def stored(engine: Engine) -> int:
    """Passages, none of which is there twice."""
    with Session(engine) as session:
        count = session.scalar(select(func.count()).select_from(Passage)) or 0
        different = select(Passage.document_id, Passage.part, Passage.position).distinct().subquery()
        assert session.scalar(select(func.count()).select_from(different)) == count
    return count


def test_a_machine_that_goes_away_loses_nothing_and_a_stopped_run_goes_on(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray.cluster_utils import Cluster

    # What the machines of the cluster import, however this process came to its own modules.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROJECT_ROOT), str(PROJECT_ROOT / "tests" / "factories")]))

    add_tickets(engine)
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    options = {"num_cpus": 1, "object_store_memory": _STORE}
    cluster = Cluster(initialize_head=True, head_node_args={**options, "include_dashboard": False})
    try:
        other = cluster.add_node(**options)
        opened = partial(open_meeting, str(meeting))
        with RayEncoder(cluster.address, "hash", ENCODER.fingerprint, lot=800, open_encoder=opened) as ray:
            stopping = Accident(ray, 2, partial(stop))
            with pytest.raises(Stopped):
                bring_up_to_date(engine, settings.index_dir, ENCODER, compare=True, bulk=stopping)
            before = stored(engine)
            assert 0 < before < 2 * TICKETS
            leaving = Accident(ray, 1, partial(cluster.remove_node, other, allow_graceful=False))
            report = bring_up_to_date(engine, settings.index_dir, ENCODER, compare=True, bulk=leaving)
        assert leaving.happened
        assert len(report.nodes) == 2
        # Nothing of what was stored before was encoded again, and nothing is missing.
        assert report.encoded == sum(report.nodes.values()) == 2 * TICKETS - before
        assert stored(engine) == 2 * TICKETS
        assert not verify_index(engine, settings.index_dir, index_fingerprint(ENCODER))
    finally:
        cluster.shutdown()


def test_nobody_at_the_address_and_no_ray_are_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(ConfigurationError, match=r"No Ray cluster answers at 127.0.0.1:1\."),
        RayEncoder("127.0.0.1:1", "", ""),
    ):
        pass
    with pytest.raises(ConfigurationError, match="HOST:PORT"), RayEncoder("a-cluster", "", ""):
        pass
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'kb-assist\[ray\]'"), RayEncoder("127.0.0.1:1", "", ""):
        pass
