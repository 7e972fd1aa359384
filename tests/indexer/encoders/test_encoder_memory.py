from pathlib import Path

import pytest

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings

STATM = Path("/proc/self/statm")


@pytest.mark.bundled
@pytest.mark.skipif(not STATM.exists(), reason="reads memory as Linux tells it")
def test_memory_of_large_batches_is_given_back(bundled_settings: Settings) -> None:
    encoder = open_encoder(bundled_settings)
    encoder.embed_query("warm")
    before = _megabytes()
    encoder.embed_passages(["a long text of many words " * 80] * 32)
    assert _megabytes() - before < 300  # 900 without


def _megabytes() -> float:
    return int(STATM.read_text().split()[1]) * 4096 / 2**20
