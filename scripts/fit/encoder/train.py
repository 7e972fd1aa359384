"""Train the upper layers of the bundled encoder for support: make `support_weights.npz` and `word_basis.npz` in indexer/encoders.

    KB_EVAL_DATA=… .venv/bin/python scripts/fit/encoder/train.py [--steps 500] [--share 0.6]

A step takes two groups of sections that lie near each other (an invented business, or like sections of one documentation), and of
each section some questions and near misses. A question has to find its section among all of them, and a section has to be nearer
to its questions than to anybody else's, near misses included: that is what tells an answer from something like it. What is
written is a share of the way from the old weights to the trained ones (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models"), in one byte a weight. Prints what held-out businesses say, for several shares.
"""

import argparse
import os
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from model import TrainedLayers, match_words, open_model
from numpy.typing import NDArray
from questions import Section, group_by_likeness, read_businesses, read_help_sections
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from indexer.encoders.bundled_model import FINGERPRINT, TOKENIZER_FILE, bundled_model_dir
from indexer.encoders.opening import open_encoder
from indexer.encoders.support_weights import SUPPORT_FILE, write_differences
from indexer.encoders.token_embeddings import BASIS_FILES, TokenBasis, write_token_basis
from kb.core.settings import load_settings

ORIGINAL = replace(load_settings(), model="bundled-original")
SEED, TEMPERATURE = 1, 0.03
GROUPS, SECTIONS, QUESTIONS, MISSES = 2, 14, 5, 3
# A section's own loss counts a little less than a question's: there are fewer of them, and near misses are by one author.
SECTION_LOSS = 0.7
# Word by word the same is asked of the vectors of single words, see kb.search.late_interaction.
WORDS_LOSS, WORDS_TEMPERATURE, HEAD_RATE = 0.5, 0.03, 3e-4
# What a match of all words is worth beside the cosine of the texts, in the measurement.
WEIGHTS = (0.0, 0.1, 0.2, 0.4, np.inf)
SHARES = (0.0, 0.4, 0.6, 0.8, 1.0)
# Held-out businesses that each share is measured with.
MEASURED = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--first", type=int, default=4, help="The first layer that is trained, of 12.")
    parser.add_argument("--rate", type=float, default=7e-5)
    parser.add_argument(
        "--share", type=float, default=0.6, help="How far to go from the old weights to the trained ones."
    )
    parser.add_argument("--businesses", type=float, default=1.0, help="Of the businesses, for a learning curve.")
    parser.add_argument("--out", type=Path, default=SUPPORT_FILE)
    parser.add_argument("--basis", type=Path, default=BASIS_FILES[0])
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    choose, numbers = random.Random(SEED), np.random.default_rng(SEED)

    trained_on, held_out = read_businesses()
    names = sorted(trained_on)[: max(int(arguments.businesses * len(trained_on)), 1)]
    businesses = [trained_on[name] for name in names]
    documentation = read_help_sections(Path(os.environ.get("KB_EVAL_DATA", "../shared/data")))
    tokenizer = Tokenizer.from_file(str(bundled_model_dir(ORIGINAL) / TOKENIZER_FILE))
    bert = open_model()
    model = TrainedLayers(bert, tokenizer, arguments.first)
    started = time.monotonic()
    _say(
        started,
        f"{len(businesses)} businesses and {len(documentation)} sections of documentation, "
        f"{sum(len(s.yes) + len(s.no) for group in (*businesses, documentation) for s in group):,} questions",
    )
    old = {name: value.clone() for name, value in model.state_dict().items()}

    near = _old_vectors(documentation)
    optimiser = torch.optim.AdamW(
        [{"params": model.layers.parameters()}, {"params": model.head.parameters(), "lr": HEAD_RATE}],
        lr=arguments.rate,
        weight_decay=0.01,
    )
    steps = arguments.steps
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min((s + 1) / 30, max(0.02, 1 - s / steps)))
    queue: list[list[Section]] = []
    losses: list[float] = []
    for step in range(1, steps + 1):
        while len(queue) < GROUPS:
            more = list(businesses)
            if documentation:
                more += group_by_likeness(documentation, near, SECTIONS, numbers)
            queue += choose.sample(more, len(more))
        loss = _loss(model, [section for _ in range(GROUPS) for section in queue.pop()], choose)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % 10 == 0:
            _say(started, f"step {step} of {steps}, loss {np.mean(losses[-10:]):.3f}")
    new = {name: value.clone() for name, value in model.state_dict().items()}
    measured = dict(choose.sample(sorted(held_out.items()), min(MEASURED, len(held_out))))
    for share in SHARES:
        model.load_state_dict({name: old[name] + share * (new[name] - old[name]) for name in old})
        _say(started, f"share {share:.1f}: {_measure(model, measured)}")
    shared = {name: old[name] + arguments.share * (new[name] - old[name]) for name in old}
    write_support(arguments.out, arguments.basis, arguments.first, old, shared)
    _say(started, f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB")


def write_support(
    weights: Path, basis: Path, first: int, old: Mapping[str, torch.Tensor], new: Mapping[str, torch.Tensor]
) -> None:
    """The difference of the layers, and what brings their token vectors to word vectors."""
    layers = (name.split(".", 2) for name in old if name.startswith("layers."))
    differences = {
        f"encoder.layer.{first + int(number)}.{name}": (
            new[f"layers.{number}.{name}"] - old[f"layers.{number}.{name}"]
        ).numpy()
        for _, number, name in layers
    }
    write_differences(weights, differences)
    write_token_basis(
        basis,
        TokenBasis(FINGERPRINT, *(new[f"head.{name}"].numpy() for name in ("passage", "query", "components"))),
    )


def _old_vectors(sections: list[Section]) -> NDArray[np.float32]:
    """How sections lie before training: which of them are near misses of each other."""
    encoder = open_encoder(ORIGINAL)
    return encoder.encode_passages([section.text for section in sections])


def _loss(model: TrainedLayers, sections: list[Section], choose: random.Random) -> torch.Tensor:
    texts: list[str] = []
    owners: list[int] = []  # of each question the number of the section that answers it; -1 for a near miss
    for number, section in enumerate(sections):
        chosen = choose.sample(section.yes, min(QUESTIONS, len(section.yes)))
        missed = choose.sample(section.no, min(MISSES, len(section.no)))
        texts += chosen + missed
        owners += [number] * len(chosen) + [-1] * len(missed)
    owner = torch.tensor(owners)
    asked, read = model.embed("query", texts), model.embed("passage", [section.text for section in sections])
    by_text = _contrast(asked.vectors @ read.vectors.T / TEMPERATURE, owner)
    return by_text + WORDS_LOSS * _contrast(match_words(asked.words, read.words) / WORDS_TEMPERATURE, owner)


def _contrast(likeness: torch.Tensor, owner: torch.Tensor) -> torch.Tensor:
    """likeness: (questions, sections); owner: of each question the number of the section that answers it, or -1."""
    asked = owner >= 0
    by_question = torch.nn.functional.cross_entropy(likeness[asked], owner[asked])
    # Of each pair the question against all that the section does not answer.
    others = likeness.masked_fill(owner[:, None] == torch.arange(likeness.shape[1])[None], -torch.inf).logsumexp(0)
    own = likeness[asked].gather(1, owner[asked][:, None])[:, 0]
    by_section = torch.nn.functional.softplus(others[owner[asked]] - own).mean()
    return by_question + SECTION_LOSS * by_section


def _measure(model: TrainedLayers, held_out: dict[str, list[Section]]) -> str:
    """Of whole held-out businesses, each by itself: how often the right section is first, and how well near misses are told."""
    right: dict[float, dict[str, list[bool]]] = {weight: {} for weight in WEIGHTS}
    areas: dict[float, list[float]] = {weight: [] for weight in WEIGHTS}
    for sections in held_out.values():
        passages = model.embed_all("passage", [section.text for section in sections])
        yes = [(text, number) for number, section in enumerate(sections) for text in section.yes]
        no = [text for section in sections for text in section.no]
        queries = model.embed_all("query", [text for text, _ in yes] + no)
        by_text = (queries.vectors @ passages.vectors.T).numpy()
        by_word = match_words(queries.words, passages.words).numpy()
        ways = [way for section in sections for way in section.ways]
        for weight in WEIGHTS:
            scores = by_text + weight * by_word if weight < np.inf else by_word
            for row, ((_, number), way) in enumerate(zip(yes, ways, strict=True)):
                right[weight].setdefault(way, []).append(int(scores[row].argmax()) == number)
            areas[weight].append(roc_auc_score([1] * len(yes) + [0] * len(no), scores.max(axis=1)))
    lines = []
    for weight in WEIGHTS:
        hits = [hit for of_way in right[weight].values() for hit in of_way]
        by_way = " ".join(f"{way} {np.mean(of_way):.3f}" for way, of_way in sorted(right[weight].items()))
        lines.append(f"words {weight}: hit@1 {np.mean(hits):.3f}, AUROC {np.mean(areas[weight]):.3f} ({by_way})")
    return "\n          ".join(lines)


def _say(started: float, text: str) -> None:
    print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True)


if __name__ == "__main__":
    main()
