"""Whether a customer's turn asks for something: a small linear model over the frozen vector of the turn, and what was found.

The weights belong to one encoder (its fingerprint is in the file). With another encoder a few plain cues decide instead.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import regex

from kb.core.odds import sigmoid
from kb.search.encoding import Vectors, read_shipped
from kb.text.terms import normalise
from kb.text.words import WORD, find_words

# For the trained encoder, and for the model as it was.
MODEL_FILES = tuple(Path(__file__).with_name(name) for name in ("intent_model.json", "intent_model_original.json"))


@dataclass(frozen=True)
class IntentModel:
    """What is learned. weights, mean_question: (dimensions,); the latter is the mean vector of all manner of questions."""

    fingerprint: str
    weights: Vectors
    bias: float
    evidence_weight: float
    evidence_mean: float
    threshold: float
    mean_question: Vectors

    def turn_score(self, vector: Vectors) -> float:
        """Log-odds that the turn asks for something, from its vector alone."""
        return float(vector @ self.weights) + self.bias

    def probability(self, vectors: Vectors, evidence: float | None) -> float:
        """Probability that a suggestion is welcome.

        vectors: shape (n, dimensions), the turn and, where it has one, what follows its words of thanks or consent: the one that
        asks most decides. evidence: see kb.assist.ranking; None when nothing was found.
        """
        score = max(self.turn_score(vector) for vector in vectors)
        if evidence is not None:
            # Collections differ in how near their passages lie: what was found may tip the scales, never decide alone.
            score += max(-1.0, min(1.0, self.evidence_weight * (evidence - self.evidence_mean)))
        return sigmoid(score)


@lru_cache(maxsize=4)
def load_intent_model(fingerprint: str) -> IntentModel | None:
    """The model for this encoder; None when none that is shipped was made for it."""
    data = read_shipped(MODEL_FILES, fingerprint)
    if data is None:
        return None
    return IntentModel(
        fingerprint,
        np.array(data["weights"], dtype=np.float32),
        float(data["bias"]),
        float(data["evidence_weight"]),
        float(data["evidence_mean"]),
        float(data["threshold"]),
        np.array(data["mean_question"], dtype=np.float32),
    )


_QUESTION = regex.compile(r"[^.!?？।…\n]+[?？]")
# Fewer words than this after "thanks" are a part of it ("thanks a lot").
MIN_REST = 3
_JOINTS = frozenset(normalise("and but so also then aur par lekin ar kintu और लेकिन पर আর কিন্তু").split())

# Cues for encoders without a model: words that ask, and words with which people say thanks, yes, no, wait.
_ASKS = frozenset(
    normalise(
        "what when where which who whom whose why how can could do does did is are will would should may cannot cant wont didnt "
        "isnt doesnt error problem issue broken wrong failed missing refund cancel return change reset "
        "kya kaise kab kahan kaha kitna kitni kitne kyun kyu kaun ki kivabe kobe kothay koto keno konta nahi "
        "क्या कैसे कब कहाँ कहां कितना कितनी कितने क्यों कौन किस नहीं কি কী কীভাবে কিভাবে কবে কোথায় কত কেন কোন কোনটা কখন"
    ).split()
)
_SOCIAL = frozenset(
    normalise(
        "thanks thank thankyou ok okay yes yeah yep no nope sure fine great perfect bye goodbye hello hi hey please got it "
        "namaste namaskar nomoskar salaam salam "
        "haan ji thik theek hai acha accha dhanyavad shukriya dhonnobad ache hya na "
        "धन्यवाद शुक्रिया ठीक है अच्छा हाँ जी नहीं नमस्ते ধন্যবাদ ঠিক আছে আচ্ছা হ্যাঁ জি না নমস্কার"
    ).split()
)


def after_courtesies(text: str) -> str:
    """What follows "thanks, and …", "ok but …", "हाँ, …"; empty where nothing does or there are no such words."""
    end = 0
    for match in WORD.finditer(text):
        if normalise(match.group()) not in _SOCIAL | _JOINTS:
            rest = text[match.start() :]
            return rest if end and len(find_words(rest)) >= MIN_REST else ""
        end = match.end()
    return ""


def asking_sentence(text: str) -> str:
    """The last sentence that ends with a question mark, of a text with more than that one: a letter tells a story around it."""
    found = [sentence.strip() for sentence in _QUESTION.findall(text)]
    return found[-1] if found and found[-1] != text.strip() and len(find_words(found[-1])) >= MIN_REST else ""


def is_courtesy(text: str) -> bool:
    """Whether a turn is nothing but a greeting, thanks or consent."""
    return all(normalise(word) in _SOCIAL | _JOINTS for word in find_words(text))


def cue_probability(text: str) -> float:
    """A rough probability from question marks, asking words and small talk; for encoders that no model was fitted to."""
    words = find_words(normalise(text))
    if not words:
        return 0.0
    asks = sum(word in _ASKS for word in words)
    social = sum(word in _SOCIAL for word in words)
    digits = sum(any(c.isdigit() for c in word) for word in words)
    score = (
        -0.5
        + 1.5 * ("?" in text or "？" in text)
        + 1.2 * min(asks, 2)
        + 0.15 * min(len(words), 10)
        - 0.7 * min(digits, 2)
    )
    if social == len(words):
        score -= 3.0
    elif words[0] in _SOCIAL and not asks:
        score -= 1.0
    return sigmoid(score)
