"""A dataset folder: documents, questions, which document answers which question, and questions that none answers."""

import hashlib
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import regex

from kb.assist.turns import Turn, parse_turns
from kb.core.errors import InvalidInputError
from kb.evaluation.lines import Problems, read_objects, read_rows
from kb.text.language import guess_language

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"
CROSS_QRELS, UNANSWERABLE = "qrels_cross.tsv", "oos_queries.jsonl"
_LANGUAGE = regex.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")
_HALF_CHARACTER = regex.compile(r"[\uD800-\uDFFF]")  # JSON can escape one, no database can store it
_SAMPLE_SEED = 20_240_101

# query id -> document id -> how well it answers (0: not)
Judgements = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True)
class Query:
    """A question; with `context` (the conversation so far, this question last) it is one of a conversation."""

    id: str
    text: str
    language: str
    context: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """queries: those that a document answers; unanswerable: those that none does (in conversations: where silence is right);
    cross: judgements of documents in another language than the query, None where the set has none of its own;
    unjudged: queries that were left out because no document is judged to answer them; digest: of the files' content."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    unanswerable: tuple[Query, ...]
    qrels: Judgements
    cross: Judgements | None
    unjudged: int
    digest: str

    @property
    def languages(self) -> list[str]:
        """Languages of the documents, most frequent first."""
        counts: dict[str, int] = {}
        for document in self.documents:
            counts[document.language] = counts.get(document.language, 0) + 1
        return sorted(counts, key=lambda language: (-counts[language], language))

    def cut_to_language(self, language: str) -> "Dataset":
        """The set with the documents in `language` alone and the queries that they answer.

        Raises InvalidInputError when nothing remains.
        """
        documents = tuple(d for d in self.documents if d.language == language)
        if not documents:
            raise InvalidInputError(
                f"{self.name} has no documents in {language!r}.", remedy=f"It has: {', '.join(self.languages)}."
            )
        kept = {document.id for document in documents}
        qrels = keep_documents(self.qrels, kept)
        cross = None if self.cross is None else keep_documents(self.cross, kept)
        queries = tuple(query for query in self.queries if query.id in qrels)
        if not queries:
            raise InvalidInputError(f"No query of {self.name} is answered by a document in {language!r}.")
        return replace(self, documents=documents, queries=queries, qrels=qrels, cross=cross)

    def sample(self, count: int) -> "Dataset":
        """At most `count` queries, always the same ones, and the same share of the unanswerable ones."""
        if count >= len(self.queries):
            return self
        share = round(len(self.unanswerable) * count / len(self.queries))
        return replace(
            self,
            queries=_choose(self.queries, count),
            unanswerable=_choose(self.unanswerable, max(share, min(1, len(self.unanswerable)))),
        )


def read_dataset(folder: Path) -> Dataset:
    """Read and check a dataset folder. Raises InvalidInputError that lists what is wrong, with file and line."""
    if not folder.is_dir():
        raise InvalidInputError(f"There is no folder {folder}.", remedy="Name the folder that holds corpus.jsonl.")
    problems = Problems(folder.resolve().name)
    for name in (CORPUS, QUERIES, QRELS):
        if not (folder / name).is_file():
            problems.add(folder / name, None, "is missing")
    problems.raise_if_any()
    # Where each id was met first; lines with another fault count too, so that judgements are not blamed for them.
    document_ids: dict[str, str] = {}
    query_ids: dict[str, str] = {}
    documents = list(_read_documents(folder / CORPUS, document_ids, problems))
    queries = list(_read_queries(folder / QUERIES, query_ids, problems))
    answerable = frozenset(query_ids)
    has_unanswerable = (folder / UNANSWERABLE).exists()
    unanswerable = list(_read_queries(folder / UNANSWERABLE, query_ids, problems)) if has_unanswerable else []
    qrels = _read_qrels(folder / QRELS, answerable, document_ids.keys(), problems)
    has_cross = (folder / CROSS_QRELS).exists()
    cross = _read_qrels(folder / CROSS_QRELS, answerable, document_ids.keys(), problems) if has_cross else None
    if not problems.count and not qrels:
        problems.add(folder / QRELS, None, "no query has a document that answers it")
    problems.raise_if_any()
    judged = tuple(query for query in queries if query.id in qrels)
    return Dataset(
        name=folder.resolve().name,
        documents=tuple(documents),
        queries=judged,
        unanswerable=tuple(unanswerable),
        qrels=qrels,
        cross=cross,
        unjudged=len(queries) - len(judged),
        digest=_digest(documents, [*queries, *unanswerable], qrels),
    )


def keep_documents(qrels: Judgements, kept: set[str]) -> dict[str, dict[str, int]]:
    """Judgements of the kept documents; queries that none of them answers are gone."""
    cut = {query: {d: score for d, score in judged.items() if d in kept} for query, judged in qrels.items()}
    return {query: judged for query, judged in cut.items() if any(score > 0 for score in judged.values())}


def _read_documents(path: Path, seen: dict[str, str], problems: Problems) -> Iterable[Document]:
    for line, item in read_objects(path, problems):
        identity = _checked_id(path, line, item, seen, problems)
        text, title = _checked_text(path, line, item, problems), item.get("title", "")
        if not isinstance(title, str | None) or _HALF_CHARACTER.search(title or ""):
            problems.add(path, line, "the title is not text")
            continue
        language = _checked_language(path, line, item, f"{title or ''} {text or ''}", problems)
        if identity and text and language:
            yield Document(identity, (title or "").strip(), text, language)


def _read_queries(path: Path, seen: dict[str, str], problems: Problems) -> Iterable[Query]:
    for line, item in read_objects(path, problems):
        identity = _checked_id(path, line, item, seen, problems)
        text = _checked_text(path, line, item, problems)
        language = _checked_language(path, line, item, text or "", problems)
        context: tuple[Turn, ...] = ()
        if item.get("context") is not None:
            try:
                context = tuple(parse_turns(item["context"]))
            except InvalidInputError as error:
                problems.add(path, line, f"context: {error.message.rstrip('.')}")
                continue
        if identity and text and language:
            yield Query(identity, text, language, context)


def _checked_id(path: Path, line: int, item: dict[str, Any], seen: dict[str, str], problems: Problems) -> str | None:
    """The id of a line; `seen` holds where each id was met first. None where there is none or it is taken."""
    identity = item.get("_id")
    if not isinstance(identity, str) or not identity.strip():
        problems.add(path, line, 'no "_id" (a text that is not empty)')
        return None
    identity = identity.strip()  # ids of judgements are stripped too
    if identity in seen:
        problems.add(path, line, f"the id {identity[:60]!r} is already that of {seen[identity]}")
        return None
    seen[identity] = f"{path.name}:{line}"
    return identity


def _checked_text(path: Path, line: int, item: dict[str, Any], problems: Problems) -> str | None:
    text = item.get("text")
    if not isinstance(text, str):
        problems.add(path, line, 'no "text"')
        return None
    if not text.strip():
        problems.add(path, line, "the text is empty")
        return None
    if _HALF_CHARACTER.search(text):
        problems.add(path, line, "the text holds half of a surrogate pair")
        return None
    return text


def _checked_language(path: Path, line: int, item: dict[str, Any], text: str, problems: Problems) -> str | None:
    language = item.get("lang")
    if language is None:
        guessed = guess_language(text[:1000])
        return "en" if guessed == "und" else guessed
    if not isinstance(language, str) or not _LANGUAGE.match(language):
        problems.add(path, line, f"the language {str(language)[:40]!r} is not a tag such as en, hi or hi-Latn")
        return None
    return language


def _read_qrels(
    path: Path, queries: Collection[str], documents: Collection[str], problems: Problems
) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for line, (query, document, score) in read_rows(path, problems):
        if query not in queries:
            problems.add(path, line, f"there is no query {query[:60]!r} in {QUERIES}")
        elif document not in documents:
            problems.add(path, line, f"there is no document {document[:60]!r} in {CORPUS}")
        elif document in qrels.setdefault(query, {}):
            problems.add(path, line, f"{query[:60]!r} and {document[:60]!r} are judged a second time")
        else:
            qrels[query][document] = max(score, 0)
    return {query: judged for query, judged in qrels.items() if any(score > 0 for score in judged.values())}


def _choose(queries: Sequence[Query], count: int) -> tuple[Query, ...]:
    chosen = sorted(random.Random(_SAMPLE_SEED).sample(range(len(queries)), count))
    return tuple(queries[i] for i in chosen)


def _digest(documents: Sequence[Document], queries: Sequence[Query], qrels: Judgements) -> str:
    """Tells whether two figures were taken on the same data."""
    digest = hashlib.blake2b(digest_size=8)
    for document in documents:
        digest.update(f"{document.id}\0{document.title}\0{document.text}\0{document.language}\n".encode())
    for query in queries:
        turns = "\0".join(f"{turn.role}\0{turn.text}" for turn in query.context)
        digest.update(f"{query.id}\0{query.text}\0{query.language}\0{turns}\n".encode())
    for query_id, judged in sorted(qrels.items()):
        digest.update(f"{query_id}{sorted(judged.items())}\n".encode())
    return digest.hexdigest()
