"""Collections of any size, without encoding each passage: their vectors lie between and around those of real texts.

What a search costs and finds depends on how vectors lie, not on who made them: a generated one lies between a real one and one of
its nearest neighbours, with a little noise (as SMOTE makes them, Chawla et al. 2002), so that there are no heaps of copies.
`store_passages` puts them into the database, `generate_collection` straight into the files, by the writers that `kb index` uses:
a million rows would take hours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.files import BuildFiles
from indexer.backends.faiss_tantivy.lexical import LexicalDocument, LexicalIndex
from indexer.backends.faiss_tantivy.manifest import CollectionEntry, read_manifest, write_manifest
from indexer.backends.faiss_tantivy.merging import finish_entry
from indexer.backends.faiss_tantivy.passage_texts import pack_text
from indexer.backends.faiss_tantivy.segment import LIMITS, SegmentWriter, VectorSizes, open_segment
from indexer.benchmark.material import PASSAGES_PER_ARTICLE, Material
from indexer.builds import start_live_build
from indexer.documents import group_number
from indexer.fingerprint import index_fingerprint
from indexer.shown_text import as_shown
from kb.core.progress import Progress
from kb.search.encoding import Encoder, Ids, Vectors, WordVectors
from kb.search.types import CollectionName
from kb.tables import Article, IndexChange, IndexedDocument, Passage

_ROWS_AT_A_TIME = 5000
# At most so much of the second text, and so long is the noise beside a vector of length 1.
_MIXED, _NOISE = 0.5, 0.3
_NEIGHBOURS = 10
_TITLE = "An article"


@dataclass(frozen=True)
class RealPassages:
    """Texts that were encoded: vectors float32 (n, dimensions), and those of their words."""

    texts: Sequence[str]
    languages: Sequence[str]
    vectors: Vectors
    words: Sequence[WordVectors]

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> "RealPassages":
        """texts: language and text of each."""
        found = encoder.embed_passages([text for _, text in texts], progress)
        return cls([text for _, text in texts], [language for language, _ in texts], found.vectors, found.words)


def all_sentences(material: Material) -> list[tuple[str, str]]:
    """Language and text of each."""
    return [(language, text) for language, texts in material.sentences.items() for text in texts]


def mixed_vectors(real: Vectors, count: int, random: np.random.Generator) -> tuple[Vectors, Ids]:
    """float32 (count, dimensions), unit length, and which real one each is nearest to."""
    near = np.argsort(-(real @ real.T), axis=1)[:, : _NEIGHBOURS + 1]
    first = random.integers(0, len(real), count)
    second = near[first, random.integers(0, near.shape[1], count)]
    share = random.random((count, 1), np.float32) * _MIXED
    noise = random.standard_normal((count, real.shape[1]), np.float32) * np.float32(_NOISE / np.sqrt(real.shape[1]))
    mixed = real[first] * (1 - share) + real[second] * share + noise
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True), first


def generated_article(number: int, language: str) -> dict[str, object]:
    """A row of `articles`."""
    key = f"generated-{number}"
    return {
        "id": number, "slug": key, "translation_key": key, "language": language, "status": "published",
        "title": f"Article {number}", "body": key, "content_hash": key,
    }  # fmt: skip


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


def generate_collection(
    engine: Engine, index_dir: Path, encoder: Encoder, real: RealPassages, passages: int, progress: Progress
) -> None:
    """A help collection of that many passages in an empty database and an empty folder."""
    with Session(engine) as session:
        build = start_live_build(session, index_fingerprint(encoder)).id
        session.commit()
        articles = -(-passages // PASSAGES_PER_ARTICLE)
        for start in range(0, articles, _ROWS_AT_A_TIME):
            some = range(start, min(start + _ROWS_AT_A_TIME, articles))
            session.execute(insert(Article), [generated_article(one + 1, "en") for one in some])
        session.commit()
    sizes = VectorSizes.of(encoder)
    BuildFiles(engine, index_dir, build, index_fingerprint(encoder), sizes).open(check=False)
    _write_files(index_dir, real, passages, sizes, progress)


def _write_files(root: Path, real: RealPassages, passages: int, sizes: VectorSizes, progress: Progress) -> None:
    parent, manifest = root / CollectionName.HELP.value, read_manifest(root)
    random, origins = np.random.default_rng(passages), []
    texts = [pack_text(as_shown(text, (_TITLE,), [])) for text in real.texts]
    words = [one.tobytes() for one in real.words]
    with SegmentWriter(parent, sizes, LIMITS) as writer:
        for start in range(0, passages, _ROWS_AT_A_TIME):
            vectors, some = mixed_vectors(real.vectors, min(_ROWS_AT_A_TIME, passages - start), random)
            origins.append(some)
            for row, (vector, origin) in enumerate(zip(vectors, some.tolist(), strict=True), start):
                article = row // PASSAGES_PER_ARTICLE + 1
                writer.add(
                    (row + 1, article, article, real.languages[origin], "body"), vector, texts[origin], words[origin]
                )
            progress(start + len(some), passages)
        entry = writer.finish()
    assert entry is not None
    lexical = LexicalIndex.create(parent / "lexical-generated")
    rows = enumerate((int(one) for some in origins for one in some), 1)
    documents = (LexicalDocument(row, real.languages[one], _TITLE, real.texts[one]) for row, one in rows)
    lexical.write(documents, [], change_id=0, fresh=True)
    collection = CollectionEntry((), "", "lexical-generated", "", 0, {})
    segments = [open_segment(parent, entry, check=False)]
    help_entry = finish_entry(parent, collection, segments, np.zeros(0, np.int64), sizes, is_anew=True)
    write_manifest(root, replace(manifest, collections={**manifest.collections, CollectionName.HELP.value: help_entry}))


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
