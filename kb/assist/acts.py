"""What a turn does: a small linear model over the vectors of the turn and of what the other side said before it, and a few cues.

The weights belong to one encoder (its fingerprint is in the file). With another encoder the cues decide alone.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.assist.intent import cue_probability, is_courtesy
from kb.assist.no_query import NoQueryReason, reason_of
from kb.core.odds import sigmoid
from kb.search.encoding import Vectors, read_shipped
from kb.text.no_question import NoQuestion, find_no_question
from kb.text.terms import normalise
from kb.text.words import find_words

MODEL_FILES = tuple(Path(__file__).with_name(name) for name in ("act_model.json", "act_model_original.json"))


class Act(IntEnum):
    """What a customer's turn does. Columns of what the model gives."""

    ASKS = 0  # states a question or a problem
    AGAIN = 1  # comes back to one in a few words ("so what do I do", "and the second one?")
    URGES = 2  # impatience, consent, anger: wants what is open
    TELLS = 3  # answers the agent, says who they are
    SMALL_TALK = 4
    SETTLED = 5  # has what was needed: "thanks, that works"
    ORDERS = 6  # wants something looked for or booked, as an assistant for that does itself


Probabilities = NDArray[np.float64]

# What the cues weigh beside a vector of unit length, and what the turn before does.
CUE_SHARE, BEFORE_SHARE = 0.5, 1.0
_KINDS = tuple(NoQuestion)
CUES = 4 + len(_KINDS)


@dataclass(frozen=True)
class ActModel:
    """customer: weights (acts, 2 * dimensions + CUES) and bias (acts,); agent: weights (2 * dimensions + CUES,) and bias, for
    "answers". customer_prior: (2, acts), how often customers do what while nothing and while something is open; agent_prior:
    (2,), how often an agent's turn answers then."""

    fingerprint: str
    customer: Probabilities
    customer_bias: Probabilities
    agent: Probabilities
    agent_bias: float
    customer_prior: Probabilities
    agent_prior: Probabilities

    def of_customer(self, text: str, vector: Vectors, before: Vectors | None) -> Probabilities:
        """How likely each act is, (acts,), all acts being equally frequent. before: of the agent's turn before, if any."""
        scores = self.customer @ features(text, vector, before) + self.customer_bias
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float64)

    def of_agent(self, text: str, vector: Vectors, before: Vectors | None) -> float:
        """How likely the turn answers, answers being as frequent as anything else. before: of the customer's turn before, if
        any."""
        return sigmoid(float(self.agent @ features(text, vector, before)) + self.agent_bias)


@lru_cache(maxsize=4)
def load_act_model(fingerprint: str) -> ActModel | None:
    """The model for this encoder; None when none that is shipped was made for it."""
    data = read_shipped(MODEL_FILES, fingerprint)
    if data is None:
        return None
    return ActModel(
        fingerprint,
        np.array(data["customer"], dtype=np.float64),
        np.array(data["customer_bias"], dtype=np.float64),
        np.array(data["agent"], dtype=np.float64),
        float(data["agent_bias"]),
        np.array(data["customer_prior"], dtype=np.float64),
        np.array(data["agent_prior"], dtype=np.float64),
    )


def features(text: str, vector: Vectors, before: Vectors | None) -> Probabilities:
    """What the model reads, (2 * dimensions + CUES,)."""
    earlier = np.zeros_like(vector) if before is None else np.float32(BEFORE_SHARE) * before
    return np.concatenate((vector, earlier, CUE_SHARE * np.array(_cues(text)))).astype(np.float64)


@lru_cache(maxsize=2_000)
def _cues(text: str) -> tuple[float, ...]:
    words = find_words(text)
    kind = find_no_question(text)
    digits = sum(any(letter.isdigit() for letter in word) for word in words)
    return (
        float("?" in text or "？" in text),
        float(is_courtesy(text)),
        math.log1p(len(words)) / 3,
        digits / max(len(words), 1),
        *(float(kind is of_kind) for of_kind in _KINDS),
    )


# For encoders without a model. How often which act is what, while nothing and while something is open.
CUE_CUSTOMER_PRIOR = np.array([[0.4, 0.02, 0.01, 0.05, 0.22, 0.25, 0.05], [0.2, 0.13, 0.15, 0.3, 0.05, 0.12, 0.05]])
CUE_AGENT_PRIOR = np.array([0.15, 0.3])
_OF_KIND = {
    NoQuestion.THANKS: Act.SETTLED,
    NoQuestion.GREETING: Act.SMALL_TALK,
    NoQuestion.PERSON: Act.URGES,
    NoQuestion.COMPLAINT: Act.URGES,
}
_URGES = frozenset(
    normalise(
        "waiting hurry fast quickly urgent urgently asap jaldi taratari joldi tarahuro kitni der kotokkhon "
        "जल्दी तुरंत फौरन তাড়াতাড়ি জলদি শিগগির অপেক্ষা"
    ).split()
)
# With these an agent puts somebody off, or asks back.
_HOLDS = frozenset(
    normalise(
        "moment minute sorry checking check wait hold please share number okay ok hmm hello hi welcome ek minute rukiye "
        "dekhta dekhti dekh dekhchi dhorun bataiye bolun एक मिनट रुकिए देखता देखती देख बताइए नमस्ते माफ़ जी অপেক্ষা মিনিট "
        "দেখছি ধরুন বলুন দুঃখিত নমস্কার আচ্ছা"
    ).split()
)
_WORDS_OF_AN_ANSWER = 6
# Below this the length of a turn may be all that speaks for a question.
_SURELY_ASKS = 0.7


def acts_by_cues(text: str) -> Probabilities:
    """As `ActModel.of_customer`, for encoders that no model was fitted to."""
    found = np.full(len(Act), 0.02)
    words = find_words(normalise(text))
    if of_kind := _OF_KIND.get(find_no_question(text) or NoQuestion.LONE):
        found[of_kind] += 0.8
    elif is_courtesy(text) and reason_of(words) in (NoQueryReason.THANKS, NoQueryReason.GOODBYE):
        found[Act.SETTLED] += 0.8
    elif is_courtesy(text):
        found[[Act.URGES, Act.SMALL_TALK, Act.SETTLED]] += 0.3
    elif _URGES.intersection(words):
        found[Act.URGES] += 0.8
    else:
        asks = cue_probability(text)
        asks = asks if asks >= _SURELY_ASKS else 0.0
        found[Act.ASKS] += asks
        found[Act.TELLS] += 1 - asks
    return np.asarray(found / found.sum(), dtype=np.float64)


def answers_by_cues(text: str) -> float:
    """As `ActModel.of_agent`, for encoders that no model was fitted to."""
    words = find_words(normalise(text))
    if len(words) < _WORDS_OF_AN_ANSWER or text.rstrip().endswith(("?", "？")):
        return 0.05
    held = len(_HOLDS.intersection(words)) / len(words)
    return max(0.05, 0.85 - 3 * held)
