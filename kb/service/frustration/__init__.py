"""How a customer feels, read from what they write: a level with its reasons.

`judge_frustration` is pure; words are in cues.txt, weights in model.json (scripts/fit/frustration.py). Decision 0028.
"""

from kb.service.frustration.judging import judge_frustration
from kb.service.frustration.reasons import say_reason
from kb.service.frustration.turns import Background, Frustration, Level, Said

__all__ = ["Background", "Frustration", "Level", "Said", "judge_frustration", "say_reason"]
