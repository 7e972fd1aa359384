"""Make `kb/assist/act_model.json` and `act_model_original.json`: what a turn of a conversation does.

Logistic regression over the vector of a turn, that of what the other side said before it, and a few cues. Texts: the fit half of
the written conversations with the acts of their turns, turns of other trades written for this (`turns/`), and of the invented
businesses some questions (they ask) and sentences of sections (they answer). Nothing here is random but the choice of the
latter, which is seeded.

    .venv/bin/python scripts/fit/turn_acts.py [--folds 5]

With `--folds` nothing is written: it prints how well turns of conversations that were not fitted on are told apart.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import regex
from encoder.questions import read_businesses, read_lines
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from indexer.encoders.bundled_model import BUNDLED_FINGERPRINTS
from indexer.encoders.opening import open_encoder
from kb.assist.acts import MODEL_FILES, Act, features
from kb.assist.turns import Role, Turn, parse_turns
from kb.core.settings import Settings
from kb.search.encoding import Encoder, Vectors

_ROOT = Path(__file__).parents[2]
_RELEVANCE = _ROOT / "tests" / "relevance"
_WRITTEN = Path(__file__).with_name("turns")
_LETTERS = {"q": Act.ASKS, "r": Act.AGAIN, "u": Act.URGES, "d": Act.TELLS, "s": Act.SMALL_TALK, "t": Act.SETTLED}
_WORDS = {"asks": Act.ASKS, "again": Act.AGAIN, "urge": Act.URGES, "detail": Act.TELLS, "small": Act.SMALL_TALK} | {
    "settled": Act.SETTLED,
    "order": Act.ORDERS,
}
_PENALTY, _WEIGHT_OF_WRITTEN = 3.0, 0.5
_QUESTIONS_OF_A_WAY, _SENTENCES = 60, 80
_SHARE_OF_ORDERS, _TRUST_IN_PRIOR = 0.1, 0.6
_SENTENCE = regex.compile(r"(?<=[.!?।])\s+")


@dataclass(frozen=True)
class Sample:
    """A turn with its label: an act of a customer, or whether an agent's turn answers. before: what the other side said."""

    text: str
    before: str
    is_agent: bool
    label: int
    weight: float


@dataclass(frozen=True)
class Labelled:
    """A written conversation. acts: a letter a turn, capital where something is open after it; A: the agent answers, n: does
    not."""

    turns: Sequence[Turn]
    acts: str

    def samples(self) -> Iterator[Sample]:
        for number, (turn, act) in enumerate(zip(self.turns, self.acts, strict=True)):
            is_agent = turn.role is Role.AGENT
            earlier = (said.matter for said in reversed(self.turns[:number]) if said.role is not turn.role)
            label = int(act == "A") if is_agent else _LETTERS[act.lower()]
            yield Sample(turn.matter, next(earlier, ""), is_agent, label, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0)
    folds = parser.parse_args().folds
    conversations, written = read_conversations("fit"), [*_read_written(), *_from_businesses()]
    for name, path in zip(("bundled", "bundled-original"), MODEL_FILES, strict=True):
        vectors = Encoded(open_encoder(replace(Settings(), model=name)))
        if folds:
            _print_folds(conversations, written, vectors, folds)
            return
        model = {
            "what": "What does a turn do? Logistic regression over the vectors of the turn and of the turn before it, and cues.",
            "fingerprint": BUNDLED_FINGERPRINTS[name],
            "fitted_on": "fit half of tests/relevance/conversations.jsonl, scripts/fit/turns, samples of scripts/fit/questions",
            "date": datetime.now(UTC).date().isoformat(),
            **fit(conversations, written, vectors),
        }
        path.write_text(json.dumps(model, ensure_ascii=False) + "\n", "utf-8")


class Encoded:
    """Vectors of texts, each encoded once and alone, as at run time."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def __call__(self, text: str) -> Vectors:
        if text not in self._known:
            self._known[text] = self._encoder.encode_queries([text])[0]
        return self._known[text]


def read_conversations(part: str) -> list[Labelled]:
    acts = {row["_id"]: row["acts"] for row in read_lines(_RELEVANCE / "conversation_acts.jsonl")}
    rows = read_lines(_RELEVANCE / "conversations.jsonl")
    return [Labelled(parse_turns(row["turns"]), acts[row["_id"]]) for row in rows if row["part"] == part]


def fit(conversations: Sequence[Labelled], written: Sequence[Sample], vectors: Encoded) -> dict[str, Any]:
    """What the file of a model holds."""
    samples = [*(sample for conversation in conversations for sample in conversation.samples()), *written]
    customer = _regression([sample for sample in samples if not sample.is_agent], vectors)
    agent = _regression([sample for sample in samples if sample.is_agent], vectors)
    customer_prior, agent_prior = _priors(conversations)
    return {
        "customer": _rounded(customer.coef_),
        "customer_bias": _rounded(customer.intercept_),
        "agent": _rounded(agent.coef_[0]),
        "agent_bias": float(agent.intercept_[0]),
        "customer_prior": _rounded(customer_prior),
        "agent_prior": _rounded(agent_prior),
    }


def _regression(samples: Sequence[Sample], vectors: Encoded) -> LogisticRegression:
    rows = np.array([_features(sample, vectors) for sample in samples])
    model = LogisticRegression(C=_PENALTY, max_iter=500, class_weight="balanced")
    model.fit(rows, [sample.label for sample in samples], sample_weight=[sample.weight for sample in samples])
    return model


def _features(sample: Sample, vectors: Encoded) -> Any:
    return features(sample.text, vectors(sample.text), vectors(sample.before) if sample.before else None)


def _priors(conversations: Sequence[Labelled]) -> tuple[Any, Any]:
    """How often which act is what while nothing and while something is open, (2, acts), and how often an agent answers then,
    (2,)."""
    customer, agent = np.full((2, len(Act)), 0.5), np.full((2, 2), 0.5)
    for conversation in conversations:
        is_open = False
        for act in conversation.acts:
            if act.lower() in _LETTERS:
                customer[int(is_open), _LETTERS[act.lower()]] += 1
                is_open = act.isupper()
            else:
                agent[int(is_open), int(act == "A")] += 1
                is_open = is_open and act != "A"
    # Conversations that people write to be tested with are more orderly than others: what is rare there may happen.
    customer = (customer / customer.sum(1, keepdims=True)) ** _TRUST_IN_PRIOR
    customer /= customer.sum(1, keepdims=True)
    customer[:, Act.ORDERS] = (
        _SHARE_OF_ORDERS  # there are none in these conversations; they say nothing of what is open
    )
    return customer / customer.sum(1, keepdims=True), agent[:, 1] / agent.sum(1)


def _read_written() -> list[Sample]:
    samples = []
    for path in sorted(_WRITTEN.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            word, text = line.split("\t")
            label = _WORDS.get(word, int(word == "answer"))
            samples.append(Sample(text, "", word not in _WORDS, label, _WEIGHT_OF_WRITTEN))
    return samples


def _from_businesses() -> list[Sample]:
    chance = random.Random(1)
    sections = [section for group in read_businesses()[0].values() for section in group]
    ways: dict[str, list[str]] = defaultdict(list)
    for section in sections:
        for question, way in zip(section.yes, section.ways, strict=True):
            ways[way].append(question)
    asked = [text for way in sorted(ways) for text in chance.sample(ways[way], _QUESTIONS_OF_A_WAY)]
    by_language: dict[str, list[str]] = defaultdict(list)
    for section in sections:
        sentences = _SENTENCE.split(section.text.partition("\n")[2])
        by_language[section.language] += [sentence for sentence in sentences if 5 < len(sentence.split()) < 40]
    said = [
        sentence
        for language in sorted(by_language)
        for sentence in chance.sample(by_language[language], min(_SENTENCES, len(by_language[language])))
    ]
    return [
        *(Sample(text, "", False, Act.ASKS, _WEIGHT_OF_WRITTEN) for text in asked),
        *(Sample(text, "", True, 1, _WEIGHT_OF_WRITTEN) for text in said),
    ]


def _rounded(values: Any) -> Any:
    return [[float(f"{value:.4g}") for value in row] if np.ndim(row) else float(f"{row:.4g}") for row in values]


def _print_folds(conversations: Sequence[Labelled], written: Sequence[Sample], vectors: Encoded, folds: int) -> None:
    truth: list[int] = []
    found: list[Any] = []
    answered: list[int] = []
    likely: list[float] = []
    for fold in range(folds):
        model = fit([c for n, c in enumerate(conversations) if n % folds != fold], written, vectors)
        for sample in (s for n, c in enumerate(conversations) if n % folds == fold for s in c.samples()):
            row = _features(sample, vectors)
            if sample.is_agent:
                answered.append(sample.label)
                likely.append(float(np.array(model["agent"]) @ row))
            else:
                scores = np.array(model["customer"]) @ row + np.array(model["customer_bias"])
                truth.append(sample.label)
                found.append(np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum())
    print(f"answers: AUROC {roc_auc_score(answered, likely):.3f}")
    for act in Act:
        print(f"{act.name}: AUROC {roc_auc_score(np.array(truth) == act, np.array(found)[:, act]):.3f}")


if __name__ == "__main__":
    main()
