"""Which documents belong in which collection, and what of them is embedded and searched by words."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.chunking import Chunk, CountTokens, chunk_article, chunk_text
from kb.search.types import CollectionName
from kb.tables import Article, IndexedDocument, LearnedWording, Ticket, WordingState
from kb.text.terms import normalise

Key = tuple[str, int]  # kind and id of a document


@dataclass(frozen=True)
class DocumentState:
    """A document that should be in the index, and the hash of everything that its passages are made from."""

    kind: str
    id: int
    collection: CollectionName
    content_hash: str

    @property
    def key(self) -> Key:
        return self.kind, self.id


@dataclass(frozen=True)
class PreparedPassage:
    """A passage before it is encoded."""

    part: str
    language: str
    heading_path: tuple[str, ...]
    text: str
    marked: str
    anchors: list[str]
    references: list[list[int]]
    embedded_text: str
    text_hash: str


def wanted_documents(session: Session) -> Iterator[DocumentState]:
    """All documents that should be searchable now: published articles by audience, resolved tickets."""
    learned = _learned(session, None)
    yield from (_article_state(row, learned.get(row.id, ())) for row in session.execute(_ARTICLES))
    yield from map(_ticket_state, session.execute(_TICKETS))


def are_indexed(session: Session, kind: str) -> bool:
    """Whether the collections have all documents of a kind as they are now, and no other ones."""
    wanted = {(doc.id, doc.collection.value, doc.content_hash) for doc in wanted_documents(session) if doc.kind == kind}
    columns = (IndexedDocument.document_id, IndexedDocument.collection, IndexedDocument.content_hash)
    rows = session.execute(select(*columns).where(IndexedDocument.document_kind == kind))
    return wanted == {tuple(row) for row in rows}


def wanted_among(session: Session, keys: Iterable[Key]) -> dict[Key, DocumentState]:
    """Those of some documents that should be searchable now."""
    ids: dict[str, list[int]] = {"article": [], "ticket": []}
    for kind, number in keys:
        ids[kind].append(number)
    wanted: list[DocumentState] = []
    if ids["article"]:
        learned = _learned(session, ids["article"])
        rows = session.execute(_ARTICLES.where(Article.id.in_(ids["article"])))
        wanted += [_article_state(row, learned.get(row.id, ())) for row in rows]
    if ids["ticket"]:
        wanted += map(_ticket_state, session.execute(_TICKETS.where(Ticket.id.in_(ids["ticket"]))))
    return {state.key: state for state in wanted}


_ARTICLES = select(Article.id, Article.audience, Article.content_hash).where(Article.status == "published")
_TICKETS = select(Ticket.id, Ticket.content_hash).where(Ticket.status == "resolved")


def _article_state(row: Any, learned: Sequence[str]) -> DocumentState:
    """learned: its wordings that are not its own text, which are part of what is indexed."""
    collection = CollectionName.INTERNAL if row.audience == "internal" else CollectionName.HELP
    hashed = row.content_hash
    if learned:
        hashed = hashlib.sha256("\0".join((hashed, *learned)).encode()).hexdigest()
    return DocumentState("article", row.id, collection, hashed)


def _learned(session: Session, ids: Sequence[int] | None) -> dict[int, list[str]]:
    """Wordings learned from use that are searched, per article; of all articles where no ids are given."""
    columns = select(LearnedWording.article_id, LearnedWording.text).order_by(LearnedWording.id)
    statement = columns.where(LearnedWording.state == WordingState.APPLIED.value)
    if ids is not None:
        statement = statement.where(LearnedWording.article_id.in_(ids))
    found: dict[int, list[str]] = {}
    for article_id, text in session.execute(statement):
        found.setdefault(article_id, []).append(text)
    return found


def _ticket_state(row: Any) -> DocumentState:
    return DocumentState("ticket", row.id, CollectionName.TICKETS, row.content_hash)


def prepare_documents(
    session: Session, states: Sequence[DocumentState], count_tokens: CountTokens
) -> dict[Key, tuple[int, list[PreparedPassage]]]:
    """Per document its group number and its passages in order. A document that is gone by now is left out."""
    prepared: dict[Key, tuple[int, list[PreparedPassage]]] = {}
    ids = [state.id for state in states if state.kind == "article"]
    learned = _learned(session, ids) if ids else {}
    for article in session.scalars(select(Article).where(Article.id.in_(ids))) if ids else ():
        chunks = chunk_article(article.title, article.body, count_tokens)
        asked = [question for question in article.also_asked if question.strip()]
        known = {
            normalise(question) for question in asked
        }  # what was learned may have been written into the article since
        asked += [question for question in learned.get(article.id, ()) if normalise(question) not in known]
        questions = [Chunk(question, (), "questions") for question in asked]
        group = group_number("article", article.translation_key)
        prepared["article", article.id] = group, _passages([*chunks, *questions], article.language)
    ids = [state.id for state in states if state.kind == "ticket"]
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(ids))) if ids else ():
        problem = chunk_text(ticket.subject, ticket.problem, count_tokens, "problem")
        resolution = chunk_text(ticket.subject, ticket.resolution, count_tokens, "resolution")
        group = group_number("ticket", str(ticket.id))
        prepared["ticket", ticket.id] = group, _passages([*problem, *resolution], ticket.language)
    return prepared


def group_number(kind: str, key: str) -> int:
    """A number for all versions of a document: 63 bits of a hash, so that it needs no table of its own."""
    digest = hashlib.blake2b(f"{kind}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _passages(chunks: Iterable[Chunk], language: str) -> list[PreparedPassage]:
    passages = []
    for chunk in chunks:
        references = [list(span) for span in chunk.references]
        anchors = list(chunk.anchors)
        told_apart = f"{chunk.part}\0{language}\0{references or ''}{anchors or ''}{chunk.marked}\0{chunk.embedded_text}"
        hashed = hashlib.sha256(told_apart.encode()).hexdigest()
        passages.append(
            PreparedPassage(
                part=chunk.part,
                language=language,
                heading_path=chunk.heading_path,
                text=chunk.text,
                marked="" if chunk.marked == chunk.text else chunk.marked,
                anchors=anchors if any(anchors) else [],
                references=references,
                embedded_text=chunk.embedded_text,
                text_hash=hashed,
            )
        )
    return passages
