"""How likely a sentence to a customer gives away what only colleagues should read: a small linear model over a few measures.

The weights belong to one encoder (its fingerprint is in the file). With another encoder copied words alone are found.
"""

import base64
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.core.odds import sigmoid
from kb.search.encoding import Vectors, read_shipped

# For the trained encoder, and for the model as it was.
MODEL_FILES = tuple(Path(__file__).with_name(name) for name in ("leak_model.json", "leak_model_original.json"))
# What a sentence is judged by. in_house: how much it sounds like talk among colleagues; ahead: how much nearer it is to what is
# internal than to what may be said; near, near_sayable: how near it is to each; own_numbers: it has numbers that are internal
# only; public_numbers: it has some that stand there and in public articles; asks: it is a question;
# length: of its words, logarithm.
FEATURES = ("in_house", "ahead", "near", "near_sayable", "own_numbers", "public_numbers", "asks", "length")


@dataclass(frozen=True)
class LeakModel:
    """What is learned. in_house: (dimensions,) with its bias; ordinary: (n, dimensions), sentences that anybody may be told;
    weights: (len(FEATURES),), for features as they are."""

    in_house: Vectors
    in_house_bias: float
    ordinary: Vectors
    weights: NDArray[np.float64]
    bias: float
    threshold: float

    def sounds_in_house(self, sentence: Vectors) -> float:
        """Log-odds that a sentence is talk among colleagues, from its vector as a query."""
        return float(sentence @ self.in_house) + self.in_house_bias

    def probability(self, features: NDArray[np.float64]) -> float:
        """That a sentence with these features, shape (len(FEATURES),), is a leak."""
        return sigmoid(float(features @ self.weights) + self.bias)


@lru_cache(maxsize=4)
def load_leak_model(fingerprint: str) -> LeakModel | None:
    """The model for this encoder; None when none that is shipped was made for it."""
    data = read_shipped(MODEL_FILES, fingerprint)
    if data is None:
        return None
    in_house = np.array(data["in_house"], dtype=np.float32)
    ordinary = np.frombuffer(base64.b64decode(data["ordinary"]), dtype="<f2").astype(np.float32)
    return LeakModel(
        in_house,
        float(data["in_house_bias"]),
        ordinary.reshape(-1, len(in_house)),
        np.array([data["weights"][name] for name in FEATURES]),
        float(data["bias"]),
        float(data["threshold"]),
    )
