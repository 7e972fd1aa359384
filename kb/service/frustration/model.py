"""The weights by which the level of a turn is judged: a logistic regression made by scripts/fit/frustration.py."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kb.service.frustration.features import Values

Probabilities = tuple[float, float, float]
MODEL_FILE = Path(__file__).with_name("model.json")


@dataclass(frozen=True)
class Model:
    """weights: by name of a value, for calm, annoyed and angry; bias: as many."""

    weights: dict[str, Probabilities]
    bias: Probabilities

    def probabilities(self, values: Values) -> Probabilities:
        """Of calm, annoyed and angry; values without a weight count nothing."""
        calm, annoyed, angry = self.bias
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
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    weights = {name: (float(a), float(b), float(c)) for name, (a, b, c) in data["weights"].items()}
    calm, annoyed, angry = data["bias"]
    return Model(weights, (float(calm), float(annoyed), float(angry)))
