from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from indexer.encoders.support_weights import SUPPORT_FILE, read_differences, write_differences


def test_differences_come_back_within_half_a_step_of_each_row(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    matrix = random.normal(size=(7, 11)).astype(np.float32) * np.array(
        [[1e-4], [1], [3], [0], [1e-2], [9], [2]], np.float32
    )
    vector = random.normal(size=5).astype(np.float32)
    write_differences(tmp_path / "some.npz", {"layer.weight": matrix, "layer.bias": vector})
    back = read_differences(tmp_path / "some.npz")
    assert back.keys() == {"layer.weight", "layer.bias"}
    assert (np.abs(back["layer.weight"] - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 250 + 1e-12).all()
    assert (np.abs(back["layer.bias"] - vector) <= np.abs(vector).max() / 250).all()


def test_the_file_of_the_package_is_small_and_changes_upper_layers_alone() -> None:
    assert SUPPORT_FILE.stat().st_size <= 25_000_000
    differences = read_differences()
    layers = {int(name.split(".")[2]) for name in differences}
    assert max(layers) == 11
    assert min(layers) >= 4
    assert all(np.isfinite(difference).all() for difference in differences.values())
    assert any(np.abs(difference).max() > 0 for difference in differences.values())


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda junk: b"PK\x03\x04" + junk))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_broken_file_is_an_error_and_nothing_else(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.mktemp("weights") / "broken.npz"
    path.write_bytes(junk)
    with pytest.raises((OSError, ValueError)):
        read_differences(path)
