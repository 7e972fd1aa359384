"""The weights by which the level of a turn is judged: logistic regressions made by scripts/fit/frustration.py.

One reads the signs alone. The other also reads the vector of the turn, where an encoder is at hand that it was made for: what
people say in words that no list has is told by the vector.
"""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.service.frustration.features import Values

Probabilities = tuple[float, float, float]
Vector = NDArray[np.float32]
_FOLDER = Path(__file__).parent
MODEL_FILE, VECTOR_MODEL_FILE = _FOLDER / "model.json", _FOLDER / "vector_model.json"


@dataclass(frozen=True)
class Model:
    """weights: by name of a value, for calm, annoyed and angry; bias: as many; of_vector: (dimensions, 3), None where vectors are
    not read."""

    weights: dict[str, Probabilities]
    bias: Probabilities
    of_vector: Vector | None = None

    def probabilities(self, values: Values, vector: Vector | None = None) -> Probabilities:
        """Of calm, annoyed and angry; values without a weight count nothing. vector: (dimensions,)."""
        calm, annoyed, angry = self.bias
        if self.of_vector is not None and vector is not None:
            more = vector @ self.of_vector
            calm, annoyed, angry = calm + float(more[0]), annoyed + float(more[1]), angry + float(more[2])
        for name, value in values.items():
            if (weight := self.weights.get(name)) is not None:
                calm += value * weight[0]
                annoyed += value * weight[1]
                angry += value * weight[2]
        most = max(calm, annoyed, angry)
        parts = (math.exp(calm - most), math.exp(annoyed - most), math.exp(angry - most))
        whole = sum(parts)
        return parts[0] / whole, parts[1] / whole, parts[2] / whole


@lru_cache(maxsize=1)
def load_model() -> Model:
    """The one that reads signs alone."""
    return _model(json.loads(MODEL_FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=4)
def load_vector_model(fingerprint: str) -> Model | None:
    """The one that reads vectors of this encoder as well; None where it was made for another."""
    data = json.loads(VECTOR_MODEL_FILE.read_text(encoding="utf-8"))
    return _model(data) if data["fingerprint"] == fingerprint else None


def _model(data: dict[str, Any]) -> Model:
    weights = {name: _three(row) for name, row in data["weights"].items()}
    of_vector = np.array(data["of_vector"], dtype=np.float32) if "of_vector" in data else None
    return Model(weights, _three(data["bias"]), of_vector)


def _three(row: list[float]) -> Probabilities:
    calm, annoyed, angry = row
    return calm, annoyed, angry
