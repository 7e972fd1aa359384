"""Turn ranked documents into results: what may be seen is what the database says now, what is shown of it is chosen here."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from kb.search.candidates import Candidates
from kb.search.document_versions import DocumentVersion, VersionedDocument, load_articles, load_tickets
from kb.search.ranking import RankedDocument
from kb.search.retrieval import Retrieval
from kb.search.snippets import choose_snippet
from kb.search.types import ALTERNATIVE_QUESTIONS, Audience, Collection, CollectionName, PassageText, Result

# Kind ("article" or "ticket") and id.
DocumentKey = tuple[str, int]


def load_documents(
    session: Session, collections: Sequence[Collection], ranked: Sequence[RankedDocument], audience: Audience
) -> dict[DocumentKey, VersionedDocument]:
    """Those of the ranked documents that the audience may see now, by kind and id: a statement for each kind."""
    keys = [key_of(collections, item) for item in ranked]
    articles = load_articles(session, [number for kind, number in keys if kind == "article"], audience)
    tickets = load_tickets(session, [number for kind, number in keys if kind == "ticket"], audience)
    by_kind = {"article": articles, "ticket": tickets}
    return {key: by_kind[key[0]][key[1]] for key in keys if key[1] in by_kind[key[0]]}


def key_of(collections: Sequence[Collection], item: RankedDocument) -> DocumentKey:
    is_ticket = collections[item.collection].name is CollectionName.TICKETS
    return ("ticket" if is_ticket else "article", item.document)


def hydrate_documents(
    documents: Mapping[DocumentKey, VersionedDocument],
    reader_language: str,
    weights: Mapping[str, float],
    found: Retrieval,
    ranked: Sequence[RankedDocument],
) -> list[Result]:
    """Results in the order of `ranked`, of those that are in `documents` (see `load_documents`).

    weights: word beginnings of the query and how telling they are, for the sentence to mark.
    """
    shown = []
    for item in ranked:
        document = documents.get(key_of(found.collections, item))
        if document is not None:
            version, other_language = document.choose_version(reader_language)
            passage = _passage_to_show(found.collections[item.collection], found.candidates, item, version.id)
            shown.append((item, document, version, other_language, passage))
    texts = _texts_of(found.collections, [(item.collection, passage) for item, *_, passage in shown])
    return [
        _to_result(item, document, version, other_language, text, weights, found.mentions.lacks(item.group))
        for (item, document, version, other_language, _), text in zip(shown, texts, strict=True)
    ]


def _passage_to_show(
    collection: Collection, candidates: Candidates, item: RankedDocument, document_id: int
) -> int | None:
    """Id of the passage of the shown version that is nearest to the query; never its alternative questions."""
    for row in item.rows:
        if candidates.documents[row] == document_id and candidates.parts[row] != ALTERNATIVE_QUESTIONS:
            return int(candidates.ids[row])
    passages = collection.fetch(documents=[document_id])
    texts = np.flatnonzero(passages.facts.parts != ALTERNATIVE_QUESTIONS)
    if not len(texts):
        return None
    # Another language's version, or one that only its alternative questions brought up: compare with what was found of it.
    scores = passages.vectors[texts] @ candidates.vectors[item.rows[0]]
    return int(passages.ids[texts[int(np.argmax(scores))]])


def _texts_of(
    collections: Sequence[Collection], passages: Sequence[tuple[int, int | None]]
) -> list[PassageText | None]:
    """The text of each passage (number of its collection, id), read together; None for no passage."""
    texts: dict[tuple[int, int], PassageText | None] = {}
    for number, collection in enumerate(collections):
        ids = [passage for of, passage in passages if of == number and passage is not None]
        read = collection.fetch(np.array(ids, np.int64)).texts if ids else []
        texts.update({(number, passage): text for passage, text in zip(ids, read, strict=True)})
    return [None if passage is None else texts[number, passage] for number, passage in passages]


def _to_result(
    item: RankedDocument,
    document: VersionedDocument,
    version: DocumentVersion,
    other_language: bool,
    passage: PassageText | None,
    weights: Mapping[str, float],
    lacks: Sequence[str],
) -> Result:
    snippet, mark = choose_snippet(passage, weights) if passage else ("", (0, 0))
    return Result(
        kind=document.kind,
        id=version.id,
        title=version.title or snippet[:80],
        language=version.language,
        url=version.url,
        snippet=snippet,
        audience=version.audience,
        score=item.score,
        other_language=other_language,
        mark=mark,
        topic=version.topic,
        heading_path=passage.heading_path[1:] if passage and document.kind == "article" else (),
        languages=document.urls,
        updated=version.updated,
        channel=version.channel,
        lacks=lacks,
    )
