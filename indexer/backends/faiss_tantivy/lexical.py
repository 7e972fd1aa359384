"""The lexical index of a collection: BM25 by tantivy over terms that `kb.text.terms` has made.

tantivy's own tokenisers split Indic words at their combining marks, so text is cut into terms by us, on both sides alike,
and tantivy sees them separated by blanks. One process writes at a time (the pipeline's file lock); every process reads.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

from indexer.backends.faiss_tantivy.lexical_checksums import check_files, panics_as_errors
from kb.search.encoding import Ids, Vectors
from kb.text.phonetic_terms import MARK as PHONETIC_MARK
from kb.text.phonetic_terms import phonetic_terms
from kb.text.terms import index_terms

STATE_FILE = "kb-state.json"
# Fields and what a hit in them counts. Titles are short, which BM25 rewards already: above .5 long how-to collections lose.
FIELDS = {"body": 1.0, "title": 0.5, "questions": 1.0}
# What words sound like, for queries in another script; a field of its own, so that texts seem no longer than they are.
SOUNDS = "sounds"
_TOKENIZER = "terms"
_WRITER_BYTES = 64_000_000


@dataclass(frozen=True)
class LexicalDocument:
    """What of a passage is searched by words."""

    passage_id: int
    language: str
    title: str
    body: str
    questions: str = ""


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
    for name in (*FIELDS, SOUNDS):
        builder.add_text_field(name, stored=False, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()


class LexicalIndex:
    """A tantivy folder. `searcher()` gives a view that stays as it is while others write."""

    def __init__(self, index: Any, folder: Path) -> None:
        self._index = index
        self._folder = folder
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(_TOKENIZER, analyser)  # not kept in the files: on every open
        index.config_reader(reload_policy="manual")

    @classmethod
    def create(cls, folder: Path) -> "LexicalIndex":
        """A new one without any document."""
        folder.mkdir(parents=True)
        index = cls(tantivy.Index(_schema(), path=str(folder)), folder)
        index.write([], [], change_id=0)
        return index

    @classmethod
    def open(cls, folder: Path, *, check: bool = False) -> "LexicalIndex":
        """Raises ValueError or OSError when the files are missing or broken.

        check: read them through and look a word up. The engine itself would panic in the middle of a search, or find other words.
        """
        if not (folder / STATE_FILE).exists():
            raise ValueError(f"{folder.name} is missing or was not finished")
        if check:
            check_files(folder)
        with panics_as_errors(folder.name):
            index = cls(tantivy.Index.open(str(folder)), folder)
            if check:
                index.searcher().search([("a", 1.0)], 1)
        return index

    def write(
        self, add: Iterable[LexicalDocument], remove: Sequence[int], *, change_id: int, fresh: bool = False
    ) -> None:
        """Apply a batch and commit it. Applying it twice does no harm: each id is removed before it is added.

        `fresh`: the index is empty, so nothing need be removed first.
        """
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        try:
            for passage_id in remove:
                writer.delete_documents_by_query(self._id_query(passage_id))
            for document in add:
                if not fresh:
                    writer.delete_documents_by_query(self._id_query(document.passage_id))
                writer.add_document(_to_tantivy(document))
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
        state = self._folder / (STATE_FILE + ".new")
        state.write_text(json.dumps({"change_id": change_id}), "utf-8")
        state.replace(self._folder / STATE_FILE)
        self._index.reload()

    def _id_query(self, passage_id: int) -> Any:
        # Deleting by term silently does nothing for a field of whole numbers; a query knows the field's type.
        return tantivy.Query.term_query(self._index.schema, "id", passage_id)

    def change_id(self) -> int:
        """The last row of `index_changes` that is in the files; 0 when that is not known."""
        try:
            return int(json.loads((self._folder / STATE_FILE).read_text("utf-8"))["change_id"])
        except (OSError, ValueError, KeyError):
            return 0

    def searcher(self) -> "LexicalSearcher":
        """What is in the files now."""
        self._index.reload()
        return LexicalSearcher(self._index.searcher(), self._index.schema)


class LexicalSearcher:
    """A view of the lexical index."""

    def __init__(self, searcher: Any, schema: Any) -> None:
        self._searcher = searcher
        self._schema = schema

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def document_frequency(self, term: str) -> int:
        """Passages with this term in their text or title, about (the larger of the fields' counts)."""
        return max(int(self._searcher.doc_freq(name, term)) for name in fields_of(term))

    def all_terms(self) -> dict[str, int]:
        """Passages with each term, about: the largest of the fields' counts."""
        counts: dict[str, int] = {}
        for name in FIELDS:
            for term, count in self._searcher.terms_with_prefix(name, ""):
                counts[term] = max(counts.get(term, 0), count)
        return counts

    def terms_by_field(self) -> dict[str, dict[str, int]]:
        """Of each field its terms, and in how many passages it has each of them."""
        return {name: dict(self._searcher.terms_with_prefix(name, "")) for name in (*FIELDS, SOUNDS)}

    def search(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        """Ids and BM25 scores of the best passages for weighted terms, best first."""
        clauses = []
        for term, weight in terms:
            for name, boost in fields_of(term).items():
                query = tantivy.Query.term_query(self._schema, name, term, index_option="freq")
                factor = boost * weight
                clauses.append(
                    (tantivy.Occur.Should, tantivy.Query.boost_query(query, factor) if factor != 1 else query)
                )
        if not clauses or not len(self):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits]) if hits else []
        return np.array(ids, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float32)


def fields_of(term: str) -> dict[str, float]:
    """Where a term is looked up, and what a hit counts there."""
    return {SOUNDS: 1.0} if term.startswith(PHONETIC_MARK) else FIELDS


def _texts(document: LexicalDocument) -> tuple[tuple[str, str], ...]:
    return ("body", document.body), ("title", document.title), ("questions", document.questions)


def terms_of(document: LexicalDocument) -> Iterator[str]:
    """Its terms in text, title and questions, as they stand in the index."""
    for _, text in _texts(document):
        yield from index_terms(text, document.language)


def field_terms(document: LexicalDocument) -> dict[str, list[str]]:
    """The terms of each field, as often as they occur."""
    texts = _texts(document)
    sounds = [term for _, text in texts for term in phonetic_terms(text)]
    return {SOUNDS: sounds, **{name: list(index_terms(text, document.language)) for name, text in texts if text}}


def _to_tantivy(document: LexicalDocument) -> Any:
    row = tantivy.Document()
    row.add_unsigned("id", document.passage_id)
    for name, terms in field_terms(document).items():
        row.add_text(name, " ".join(terms))
    return row
