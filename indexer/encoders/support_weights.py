"""What training for support adds to the weights of the bundled encoder: one byte a weight, in a file of the package.

Made by scripts/fit/encoder/train.py; applied when the model is prepared, so that a query costs what it cost before.
"""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SUPPORT_FILE = Path(__file__).with_name("support_weights.npz")
_LARGEST = 127
_SCALES = ".scales"


def write_differences(path: Path, differences: Mapping[str, NDArray[np.float32]]) -> None:
    """differences: per parameter of the model; each row of a matrix (a vector is one row) gets a scale of its own."""
    columns: dict[str, NDArray[np.generic]] = {}
    for name, difference in differences.items():
        rows = np.atleast_2d(difference)
        scales = np.maximum(np.abs(rows).max(axis=1) / _LARGEST, np.finfo(np.float32).tiny).astype(np.float32)
        columns[name] = np.round(rows / scales[:, None]).astype(np.int8).reshape(difference.shape)
        columns[name + _SCALES] = scales
    np.savez_compressed(path, allow_pickle=False, **columns)


def read_differences(path: Path = SUPPORT_FILE) -> dict[str, NDArray[np.float32]]:
    """Per parameter what is added to it, float32. Raises OSError or ValueError where the file is missing or broken."""
    try:
        # Opened here: of a broken one numpy leaves its own open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as columns:
            return {
                name: (np.atleast_2d(columns[name]) * columns[name + _SCALES][:, None]).reshape(columns[name].shape)
                for name in columns.files
                if not name.endswith(_SCALES)
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, NotImplementedError) as error:
        raise ValueError(f"{path.name} is no file of weights") from error
