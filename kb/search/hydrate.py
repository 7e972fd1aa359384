"""Turn ranked documents into results: what may be seen is what the database says now, what is shown of it is chosen here."""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from kb.search.article_cache import ArticleCache
from kb.search.candidates import Candidates
from kb.search.document_versions import DocumentVersion, VersionedDocument, load_tickets
from kb.search.ranking import RankedDocument
from kb.search.retrieval import Retrieval
from kb.search.snippets import choose_snippet
from kb.search.types import ALTERNATIVE_QUESTIONS, Collection, CollectionName, PassageText, Result


def hydrate_documents(
    session: Session,
    article_cache: ArticleCache,
    reader_language: str,
    weights: Mapping[str, float],
    found: Retrieval,
    ranked: Sequence[RankedDocument],
) -> list[Result]:
    """Results in the order of `ranked`, without what the audience may not see, by what the database says now.

    weights: word beginnings of the query and how telling they are, for the sentence to mark.
    """
    are_tickets = [found.collections[item.collection].name is CollectionName.TICKETS for item in ranked]
    articles = article_cache.load([item.document for item, t in zip(ranked, are_tickets, strict=True) if not t])
    tickets = load_tickets(
        session, [item.document for item, t in zip(ranked, are_tickets, strict=True) if t], article_cache.audience
    )
    shown: list[Result] = []
    for item, is_ticket in zip(ranked, are_tickets, strict=True):
        document = (tickets if is_ticket else articles).get(item.document)
        if document is None:  # unpublished or removed a moment ago
            continue
        version, other_language = document.choose_version(reader_language)
        collection = found.collections[item.collection]
        passage = collection.text(_passage_to_show(collection, found.candidates, item, version.id))
        shown.append(_to_result(item, document, version, other_language, passage, weights))
    return shown


def _passage_to_show(collection: Collection, candidates: Candidates, item: RankedDocument, document_id: int) -> int:
    """The passage of the shown version that is nearest to the query; never the list of other wordings."""
    for row in item.rows:
        if candidates.documents[row] == document_id and candidates.parts[row] != ALTERNATIVE_QUESTIONS:
            return int(candidates.ids[row])
    ids = collection.passages_of(document_id)
    ids = ids[collection.facts(ids).parts != ALTERNATIVE_QUESTIONS]
    if not len(ids):
        return -1
    # Another language's version, or one that only its wordings brought up: compare with what was found of it.
    found = candidates.vectors[item.rows[0]]
    return int(ids[int(np.argmax(collection.vectors(ids) @ found))])


def _to_result(
    item: RankedDocument,
    document: VersionedDocument,
    version: DocumentVersion,
    other_language: bool,
    passage: PassageText | None,
    weights: Mapping[str, float],
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
    )
