"""Turn ranked documents into results: what may be seen is asked of the database, what is shown of it is chosen here."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from kb.search.candidates import Candidates
from kb.search.loading import ShownDocument, choose_version, load_articles, load_tickets, url_of
from kb.search.selecting import RankedDocument
from kb.search.snippets import choose_snippet
from kb.search.types import WORDINGS, Audience, Collection, CollectionName, PassageText, Result


def show_documents(
    session: Session,
    audience: Audience,
    reader_language: str,
    weights: Mapping[str, float],
    candidates: Candidates,
    ranked: Sequence[RankedDocument],
    collections: Sequence[Collection],
) -> list[Result]:
    """Results in the order of `ranked`, without what the database says that this audience may not see now.

    weights: word beginnings of the query and how telling they are, for the sentence to mark.
    """
    names = [collections[item.collection].name for item in ranked]
    ids = [item.document for item in ranked]
    articles = load_articles(
        session, [i for i, n in zip(ids, names, strict=True) if n is not CollectionName.TICKETS], audience
    )
    tickets = load_tickets(
        session, [i for i, n in zip(ids, names, strict=True) if n is CollectionName.TICKETS], audience
    )
    shown: list[Result] = []
    for item, name in zip(ranked, names, strict=True):
        document = (tickets if name is CollectionName.TICKETS else articles).get(item.document)
        if document is None:  # unpublished or removed a moment ago
            continue
        version, other_language = choose_version(document, reader_language)
        collection = collections[item.collection]
        passage = collection.text(_passage_to_show(collection, candidates, item, version.id))
        shown.append(_to_result(item, name, document, version, other_language, passage, weights))
    return shown


def _passage_to_show(collection: Collection, candidates: Candidates, item: RankedDocument, document_id: int) -> int:
    """The passage of the shown version that is nearest to the query; never the list of other wordings."""
    for row in item.rows:
        if candidates.documents[row] == document_id and candidates.parts[row] != WORDINGS:
            return int(candidates.ids[row])
    ids = collection.passages_of(document_id)
    ids = ids[collection.facts(ids).parts != WORDINGS]
    if not len(ids):
        return -1
    # Another language's version, or one that only its wordings brought up: compare with what was found of it.
    found = candidates.vectors[item.rows[0]]
    return int(ids[int(np.argmax(collection.vectors(ids) @ found))])


def _to_result(
    item: RankedDocument,
    name: CollectionName,
    document: ShownDocument,
    version: Any,
    other_language: bool,
    passage: PassageText | None,
    weights: Mapping[str, float],
) -> Result:
    snippet, mark = choose_snippet(passage.text, passage.sentences, weights) if passage else ("", (0, 0))
    is_ticket = name is CollectionName.TICKETS
    return Result(
        kind=document.kind,
        id=version.id,
        title=(version.subject or snippet[:80]) if is_ticket else version.title,
        language=version.language,
        url=url_of(document, version),
        snippet=snippet,
        audience="tickets" if is_ticket else version.audience,
        score=item.score,
        other_language=other_language,
        mark=mark,
        topic="" if is_ticket else version.topic,
        heading_path=tuple(passage.heading_path[1:]) if passage and not is_ticket else (),
        languages={language: url_of(document, row) for language, row in sorted(document.versions.items())},
        updated=((version.resolved_at or version.created_at) if is_ticket else version.updated_at).date().isoformat(),
        channel=version.channel if is_ticket else "",
    )
