"""Any number of passages in a build, without encoding each: their vectors lie between and around those of real texts.

What a search costs and finds depends on how vectors lie, not on who made them: a generated one lies between a real one and one of
its nearest neighbours, with a little noise (as SMOTE makes them, Chawla et al. 2002), so that there are no heaps of copies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from indexer.documents import group_number
from kb.search.encoding import Encoder, Vectors, WordVectors
from kb.search.types import CollectionName
from kb.tables import Article, IndexChange, IndexedDocument, Passage

_ROWS_AT_A_TIME = 4000
PASSAGES_PER_ARTICLE = 4
# At most so much of the second text, and so long is the noise beside a vector of length 1.
_MIXED, _NOISE = 0.5, 0.3
_NEIGHBOURS = 10


@dataclass(frozen=True)
class RealPassages:
    """Texts that were encoded: vectors float32 (n, dimensions), and those of their words."""

    texts: Sequence[str]
    languages: Sequence[str]
    vectors: Vectors
    words: Sequence[WordVectors]

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[tuple[str, str]]) -> "RealPassages":
        """texts: language and text of each."""
        found = encoder.embed_passages([text for _, text in texts])
        return cls([text for _, text in texts], [language for language, _ in texts], found.vectors, found.words)


def mixed_vectors(real: Vectors, count: int, random: np.random.Generator) -> tuple[Vectors, np.ndarray]:
    """float32 (count, dimensions), unit length, and which real one each is nearest to."""
    near = np.argsort(-(real @ real.T), axis=1)[:, : _NEIGHBOURS + 1]
    first = random.integers(0, len(real), count)
    second = near[first, random.integers(0, near.shape[1], count)]
    share = random.random((count, 1), np.float32) * _MIXED
    noise = random.standard_normal((count, real.shape[1]), np.float32) * np.float32(_NOISE / np.sqrt(real.shape[1]))
    mixed = real[first] * (1 - share) + real[second] * share + noise
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True), first


def store_passages(engine: Engine, build: int, real: RealPassages, first: int, end: int) -> Iterator[int]:
    """Put public passages with the ids `first` to `end` - 1 into a build, four to an article; yields how many there are, as they
    come. first: one more than a multiple of four."""
    random = np.random.default_rng(first)
    for start in range(first - 1, end - 1, _ROWS_AT_A_TIME):
        numbers = range(start, min(start + _ROWS_AT_A_TIME, end - 1))
        vectors, origins = mixed_vectors(real.vectors, len(numbers), random)
        with Session(engine) as session:
            articles = range(start // PASSAGES_PER_ARTICLE + 1, numbers[-1] // PASSAGES_PER_ARTICLE + 2)
            session.execute(
                insert(Article), [generated_article(number, real.languages[origins[0]]) for number in articles]
            )
            rows = [
                _passage(build, number, real, int(origin), vector)
                for number, origin, vector in zip(numbers, origins, vectors, strict=True)
            ]
            session.execute(insert(Passage), rows)
            session.execute(insert(IndexedDocument), [_indexed(build, number) for number in articles])
            session.execute(insert(IndexChange), [_change(build, number + 1) for number in numbers])
            session.commit()
        yield numbers[-1] + 1


def generated_article(number: int, language: str) -> dict[str, object]:
    """A row of `articles`."""
    key = f"generated-{number}"
    return {
        "id": number, "slug": key, "translation_key": key, "language": language, "status": "published",
        "title": f"Article {number}", "body": key, "content_hash": key,
    }  # fmt: skip


def _indexed(build: int, article: int) -> dict[str, object]:
    return {
        "build_id": build, "document_kind": "article", "document_id": article, "collection": CollectionName.HELP.value,
        "content_hash": f"generated-{article}",
    }  # fmt: skip


def _passage(build: int, number: int, real: RealPassages, origin: int, vector: Vectors) -> dict[str, object]:
    article = number // PASSAGES_PER_ARTICLE + 1
    return {
        "id": number + 1, "build_id": build, "collection": CollectionName.HELP.value, "document_kind": "article",
        "document_id": article, "document_group": group_number("article", f"generated-{article}"),
        "position": number % PASSAGES_PER_ARTICLE, "language": real.languages[origin], "part": "body",
        "heading_path": [f"Article {article}"], "text": f"{real.texts[origin]} Case {number}.", "text_hash": str(number),
        "vector": vector.astype("<f4").tobytes(), "word_vectors": real.words[origin].tobytes(),
    }  # fmt: skip


def _change(build: int, passage: int) -> dict[str, object]:
    return {
        "id": passage, "build_id": build, "collection": CollectionName.HELP.value, "passage_id": passage, "operation": "add",
    }  # fmt: skip
