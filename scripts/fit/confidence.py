"""Make `kb/search/calibration.json`: the weights of the confidence, from public sets and the sample content.

    KB_EVAL_DATA=… .venv/bin/python scripts/fit/confidence.py [--dry-run]

Every set is asked twice, each time with one half of its answers taken out of the collection: the same queries are answerable
in one run and not in the other, so that nothing but the answer's presence can be learned. The sample content is asked with every
other one of its articles' own wordings, which are in no index then; the rest stay where they are, as in a help centre. Besides,
clinc_oos has training parts of both kinds. Its test parts and techqa's unanswerable questions are not touched.

Prints AUROC with each set left out, then with all weights.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from encoder.questions import read_businesses, read_lines
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from indexer.encoders.bundled_model import FINGERPRINT
from indexer.encoders.opening import open_encoder
from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from indexer.evaluation_environment import open_evaluation_environment
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.articles import parse_article, save_article
from kb.articles.source import ArticleSource
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.evaluation.dataset import Dataset, Document, read_dataset
from kb.search.confidence import SHIPPED, Calibration, fit_calibration
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.types import Audience
from kb.tables import Article, Base

_SEED = 3
_MOST_QUERIES = 400
# What a help centre may expect: of five searches four have an answer. Settings and installations can say otherwise.
_ANSWERABLE_SHARE = 0.8
# An answer is called one where so many of them are right, over all searches; "we have nothing" is said where no more than so
# many right first results are withheld by it: that costs more than a doubt.
_RIGHT_WHEN_ANSWERED, _WITHHELD = 0.955, 0.02
_ROOT = Path(__file__).parents[2]
# How much each set counts; the two tatoeba sets are one kind. Where answers were taken out, what is left is far from the
# question: that is easier than what nobody has written about, so those sets count less.
_SETS = {
    "gnome_help": 0.3,
    "techqa_sample": 0.3,
    "xquad_en_hi": 0.3,
    "tatoeba_hi_en": 0.15,
    "tatoeba_bn_en": 0.15,
    "hinglish_top": 0.3,
    "banking77": 0.3,
    "clinc_oos": 0.3,
}
_SAMPLE, _SAMPLE_WEIGHT = "sample content", 0.5
# Written for the sample content, of which a third is about what it does not say; its articles have their wordings then.
_SHOP, _SHOP_WEIGHT = "shop questions", 8.0
# Half of the invented businesses that the encoder was not trained on, six at a time: their near misses are told from answers by
# nothing but what they mean. The other half is for measuring.
_BUSINESSES, _BUSINESSES_WEIGHT, _TOGETHER = "businesses", 8.0, 6

# A query and the ids that answer it; none for what nothing answers.
Asked = tuple[str, frozenset[str]]


@dataclass
class Rows:
    """Searches of one set in columns: signals, whether the best result answers, whether anything does."""

    signals: list[NDArray[np.float64]]
    right: list[bool]
    answerable: list[bool]

    def add(self, searcher: Searcher, names: dict[int, str], asked: Iterable[Asked]) -> None:
        for text, answers in asked:
            found = searcher.signals(text)
            if found is not None:
                self.signals.append(found[0])
                self.right.append(names[found[1]] in answers)
                self.answerable.append(bool(answers))


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence that is shipped.")
    parser.add_argument("--dry-run", action="store_true", help="print the figures, write nothing")
    dry_run = parser.parse_args().dry_run
    data = Path(os.environ.get("KB_EVAL_DATA", _ROOT.parent / "shared" / "data"))
    settings = Settings()
    cache = VectorCache(settings.home / "cache" / "vectors.sqlite3")
    encoder = CachingEncoder(open_encoder(settings), cache)
    collected = {
        _SAMPLE: _collect_sample(settings, encoder),
        _SHOP: _collect_shop(settings, encoder),
        _BUSINESSES: _collect_businesses(settings, encoder),
    }
    for name in _SETS:
        collected[name] = _collect_set(settings, encoder, data / name)
        print(f"{name}: {len(collected[name].right)} searches", flush=True)
    cache.close()
    for name, rows in collected.items():
        others = {other: rows for other, rows in collected.items() if other.split("_")[0] != name.split("_")[0]}
        print(f"{name:15} without {_area(_fit(others), rows):.3f}  with {_area(_fit(collected), rows):.3f}")
    calibration = _fit(collected)
    print(json.dumps(dict(calibration.weights), indent=1), calibration.unsure_from, calibration.answered_from)
    if not dry_run:
        calibration.save(SHIPPED)


def _collect_set(settings: Settings, encoder: Encoder, folder: Path) -> Rows:
    dataset = read_dataset(folder)
    random_order = random.Random(_SEED)
    chosen = random_order.sample(list(dataset.queries), min(_MOST_QUERIES, len(dataset.queries)))
    if (validation := folder / "queries_val.jsonl").exists():
        intents = {
            document.id: line["intent"]
            for document, line in zip(dataset.documents, read_lines(folder / "corpus.jsonl"), strict=True)
        }
        by_intent: dict[str, set[str]] = {}
        for document, intent in intents.items():
            by_intent.setdefault(intent, set()).add(document)
        lines = random_order.sample(read_lines(validation), _MOST_QUERIES)
        asked = [(line["text"], frozenset(by_intent.get(line["intent"], ()))) for line in lines]
    else:
        asked = [(query.text, frozenset(dataset.qrels[query.id])) for query in chosen]
    rows = Rows([], [], [])
    for kept in _halves(dataset, random_order):
        documents = [document for document in dataset.documents if document.id in kept]
        _ask(settings, encoder, documents, [(text, answers & kept) for text, answers in asked], rows)
    if (unanswerable := folder / "oos_train.jsonl").exists():
        outside = [(line["text"], frozenset[str]()) for line in read_lines(unanswerable)]
        inside = random_order.sample(asked, min(len(outside), len(asked)))
        _ask(settings, encoder, dataset.documents, [*outside, *inside], rows)
    return rows


def _collect_businesses(settings: Settings, encoder: Encoder) -> Rows:
    _, held_out = read_businesses()
    names = sorted(held_out)[::2]
    random_order = random.Random(_SEED)
    rows = Rows([], [], [])
    for start in range(0, len(names) - _TOGETHER + 1, _TOGETHER):
        sections = [section for name in names[start : start + _TOGETHER] for section in held_out[name]]
        documents = [
            Document(f"{number}", *section.text.split("\n", 1), section.language)
            for number, section in enumerate(sections)
        ]
        asked = [(text, frozenset({f"{n}"})) for n, section in enumerate(sections) for text in section.yes]
        missed = [(text, frozenset[str]()) for section in sections for text in section.no]
        chosen = random_order.sample(asked, _MOST_QUERIES // 2) + random_order.sample(missed, _MOST_QUERIES // 4)
        _ask(settings, encoder, documents, chosen, rows)
    return rows


def _halves(dataset: Dataset, order: random.Random) -> list[set[str]]:
    """Two halves of the documents; those that answer the same query are on one side."""
    side: dict[str, str] = {}
    for judged in dataset.qrels.values():
        first = min(judged)
        for document in judged:
            side.setdefault(document, first)
    groups = sorted({side.get(document.id, document.id) for document in dataset.documents})
    chosen = set(order.sample(groups, len(groups) // 2))
    left = {document.id for document in dataset.documents if side.get(document.id, document.id) in chosen}
    return [left, {document.id for document in dataset.documents} - left]


def _ask(
    settings: Settings, encoder: Encoder, documents: Sequence[Document], asked: Sequence[Asked], rows: Rows
) -> None:
    with open_evaluation_environment(settings, documents, encoder, lambda *_: None) as environment:
        rows.add(environment.runtime.searcher(Audience.CUSTOMER), environment.document_ids, asked)


def _public_articles() -> list[ArticleSource]:
    files = sorted((_ROOT / "articles").rglob("*.md"))
    articles = [parse_article(path.read_text("utf-8"), path.name) for path in files]
    return [article for article in articles if article.audience == "public"]


def _collect_shop(settings: Settings, encoder: Encoder) -> Rows:
    lines = read_lines(Path(__file__).with_name("shop_questions.jsonl"))
    rows = Rows([], [], [])
    _ask_articles(
        settings, encoder, _public_articles(), [(line["text"], frozenset(line["answers"])) for line in lines], rows
    )
    return rows


def _collect_sample(settings: Settings, encoder: Encoder) -> Rows:
    articles = _public_articles()
    topics = sorted({article.translation_key for article in articles})
    first = set(random.Random(_SEED).sample(topics, len(topics) // 2))
    wordings = [(text, article.translation_key) for article in articles for text in article.also_asked[1::2]]
    rows = Rows([], [], [])
    for kept in (first, set(topics) - first):
        asked = [(text, frozenset({topic} & kept)) for text, topic in wordings]
        half = [replace(a, also_asked=a.also_asked[::2]) for a in articles if a.translation_key in kept]
        _ask_articles(settings, encoder, half, asked, rows)
    return rows


def _ask_articles(
    settings: Settings, encoder: Encoder, articles: Collection[ArticleSource], asked: Sequence[Asked], rows: Rows
) -> None:
    with tempfile.TemporaryDirectory(prefix="kb-fit-") as folder:
        elsewhere = replace(settings, home_text=folder, database_url="")
        engine = create_database_engine(elsewhere)
        Base.metadata.create_all(engine)
        with session_scope(engine) as session:
            for article in articles:
                save_article(session, article, author="fit", note="")
        bring_up_to_date(engine, elsewhere.index_dir, encoder)
        with session_scope(engine) as session:
            names = {row.id: row.translation_key for row in session.query(Article)}
        rows.add(SearchRuntime.open(elsewhere, engine, encoder).searcher(Audience.CUSTOMER), names, asked)
        engine.dispose()


def _fit(collected: dict[str, Rows]) -> Calibration:
    weights: list[float] = []
    for name, rows in collected.items():
        share = np.mean(rows.answerable)
        whole = ({_SAMPLE: _SAMPLE_WEIGHT, _SHOP: _SHOP_WEIGHT, _BUSINESSES: _BUSINESSES_WEIGHT} | _SETS)[name] / len(
            rows.right
        )
        yes, no = _ANSWERABLE_SHARE / share, (1 - _ANSWERABLE_SHARE) / (1 - share)
        weights += [whole * float(yes if answerable else no) for answerable in rows.answerable]
    signals = np.array([one for rows in collected.values() for one in rows.signals])
    right = np.array([one for rows in collected.values() for one in rows.right])
    provenance = {
        "made": datetime.now(UTC).date().isoformat(),
        "encoder": FINGERPRINT,
        "method": "scripts/fit/confidence.py: logistic regression; questions that were written with near misses "
        "weigh most (businesses and shop questions 8), sets of which answers were taken out .3 to .5 each; four searches in five "
        "answerable",
        "searches": {name: len(rows.right) for name, rows in collected.items()},
        "unanswerable": "the same queries with their answers taken out of the collection; training part of clinc_oos's "
        "out-of-scope questions",
        "thresholds": f"answered: right in {_RIGHT_WHEN_ANSWERED:.1%}; none: withholds {_WITHHELD:.0%} of right first results",
        "checked": "leave one set out; figures in docs/decisions/0006-confidence.md",
    }
    fitted = fit_calibration(signals, right, np.array(weights), provenance=provenance)
    probability = np.array([fitted.probability(one) for one in signals])
    # Near misses that were written to be such teach what tells them; nobody asks them as often as they stand there.
    usual = np.array([name != _BUSINESSES for name, rows in collected.items() for _ in rows.right])
    answered_from, unsure_from = _thresholds(probability[usual], right[usual], np.array(weights)[usual])
    return replace(fitted, answered_from=answered_from, unsure_from=unsure_from, answerable_share=_ANSWERABLE_SHARE)


def _thresholds(
    probability: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """(answered_from, unsure_from), to hundredths: by what each of the two mistakes costs, see above."""
    steps = [step / 100 for step in range(5, 96)]

    def share(chosen: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
        return float(weights[chosen & of].sum() / max(weights[of].sum(), 1e-9))

    answered = next((step for step in steps if share(right, probability >= step) >= _RIGHT_WHEN_ANSWERED), steps[-1])
    unsure = max((step for step in steps if share(probability < step, right) <= _WITHHELD), default=steps[0])
    return answered, min(unsure, answered)


def _area(calibration: Calibration, rows: Rows) -> float:
    return float(roc_auc_score(rows.answerable, [calibration.probability(one) for one in rows.signals]))


if __name__ == "__main__":
    main()
