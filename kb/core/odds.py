"""Probabilities and their log-odds."""

import math


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds; beyond 30 either way nothing is more certain."""
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -30.0), 30.0)))


def log_odds(probability: float, least: float = 1e-12) -> float:
    """Of a probability, which is taken to be at least `least` away from 0 and 1."""
    bounded = min(max(probability, least), 1 - least)
    return math.log(bounded / (1 - bounded))
