"""Turn ranked documents into results: what may be seen is what the database says now, what is shown of it is chosen here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from kb.search.answer_choice import ChosenPiece, choose_answers
from kb.search.answers import Answer, answer_of
from kb.search.candidates import Candidates
from kb.search.document_versions import DocumentVersion, VersionedDocument, load_articles, load_tickets
from kb.search.ranking import RankedDocument
from kb.search.relevance_cut import find_likely
from kb.search.retrieval import Retrieval
from kb.search.snippets import snippet_around
from kb.search.types import ALTERNATIVE_QUESTIONS, Audience, Collection, CollectionName, Result

# Kind ("article" or "ticket") and id.
DocumentKey = tuple[str, int]
# Of the first results more than one passage is looked through: the row that answers may stand beside the nearest passage.
FIRST, PASSAGES_OF_FIRST = 3, 5


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

    weights: word beginnings of the query and how telling they are, for encoders that read no words.
    """
    shown: list[tuple[RankedDocument, VersionedDocument, DocumentVersion, bool, list[int]]] = []
    for item in ranked:
        document = documents.get(key_of(found.collections, item))
        if document is not None:
            version, other_language = document.choose_version(reader_language)
            most = PASSAGES_OF_FIRST if len(shown) < FIRST else 1
            passages = passages_to_show(found.collections[item.collection], found.candidates, item, version.id, most)
            shown.append((item, document, version, other_language, passages))
    chosen = choose_answers(found, [(item.collection, passages) for item, *_, passages in shown], weights)
    likely = find_likely([item.score for item, *_ in shown], found.ranking.documents.scores)
    return [
        _to_result(item, document, version, other_language, answer, found.mentions.lacks(item.group), is_likely)
        for (item, document, version, other_language, _), answer, is_likely in zip(shown, chosen, likely, strict=True)
    ]


def passages_to_show(
    collection: Collection, candidates: Candidates, item: RankedDocument, document_id: int, most: int
) -> list[int]:
    """Ids of the passages of the shown version that are nearest to the query, best first; never its alternative questions."""
    found = [
        int(candidates.ids[row])
        for row in item.rows
        if candidates.documents[row] == document_id and candidates.parts[row] != ALTERNATIVE_QUESTIONS
    ]
    if found:
        return found[:most]
    passages = collection.fetch(documents=[document_id])
    texts = np.flatnonzero(passages.facts.parts != ALTERNATIVE_QUESTIONS)
    # Another language's version, or one that only its alternative questions brought up: compare with what was found of it.
    scores = passages.vectors[texts] @ candidates.vectors[item.rows[0]]
    return [int(number) for number in passages.ids[texts[np.argsort(-scores, kind="stable")[:most]]]]


def _answer_of(chosen: ChosenPiece) -> Answer:
    return replace(answer_of(chosen.passage, chosen.piece, of_rows=chosen.of_rows), is_clear=chosen.is_clear)


def _to_result(
    item: RankedDocument,
    document: VersionedDocument,
    version: DocumentVersion,
    other_language: bool,
    chosen: ChosenPiece | None,
    lacks: Sequence[str],
    is_likely: bool,
) -> Result:
    snippet, mark = snippet_around(chosen.passage, chosen.piece) if chosen else ("", (0, 0))
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
        heading_path=chosen.passage.headings_of(chosen.piece)[1:] if chosen and document.kind == "article" else (),
        languages=document.urls,
        updated=version.updated,
        channel=version.channel,
        lacks=lacks,
        answer=_answer_of(chosen) if chosen else None,
        anchor=chosen.passage.anchor_of(chosen.piece) if chosen and document.kind == "article" else "",
        less_likely=not is_likely,
        decided_by=chosen.decided_by if chosen else (),
    )
