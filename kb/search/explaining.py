"""Why a search puts what where: the share of each stage, document by document, with the numbers that the search works with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from kb.search.confidence import FEATURES
from kb.search.encoding import Ids
from kb.search.fusion import LEXICAL_WEIGHT, QUESTION_LEXICAL_WEIGHT, SAME_LANGUAGE_BONUS
from kb.search.ranking import PassageShares
from kb.search.relevance_cut import find_likely
from kb.search.retrieval import Retrieval
from kb.search.searcher import Searcher
from kb.search.types import Collection, CollectionName, Outcome
from kb.tables import Article, Ticket

SHOWN = 6
# The signals of a document, as they are added.
SHARES = ("meaning", "question", "agreement", "words", "solved", "lexical", "language")


class Absence(StrEnum):
    """Why a document is not among what is shown."""

    NO_SUCH = "no_such"  # there is no such article
    NOT_PUBLISHED = "not_published"
    NOT_FOR_CUSTOMERS = "not_for_customers"
    NOT_INDEXED = "not_indexed"  # published a moment ago
    NOT_BROUGHT_UP = "not_brought_up"  # neither its vectors nor its words are among the nearest
    BEHIND = "behind"  # it is found, and others are before it
    UNLIKELY = "unlikely"  # so far below the first that it is hardly meant
    SHOWN = "shown"


@dataclass(frozen=True)
class ExplainedDocument:
    """place: 1 is the first; shares: by SHARES, their sum is the score; by_meaning, by_words: its place by vectors or by the
    lexical index alone, 0 where that does not bring it up; put_first: "pinned" | "identifier" | ""; is_withdrawn: the database
    says that it may not be seen any more."""

    kind: str
    document: int
    group: int
    title: str
    language: str
    place: int
    score: float
    shares: Mapping[str, float]
    by_meaning: int
    by_words: int
    put_first: str
    is_withdrawn: bool
    lacks: Sequence[str]
    is_likely: bool


@dataclass(frozen=True)
class Explained:
    """One collection's part of a search. read_as: what the encoder read; alike: terms that synonyms added; signals: of the
    confidence, each feature's share in log odds; absent: why the document that was asked for is not shown."""

    collection: CollectionName
    read_as: str
    meant: str
    alike: Sequence[str]
    candidates: int
    documents: Sequence[ExplainedDocument]
    outcome: Outcome
    confidence: float
    no_question: str
    missing: Sequence[str]
    signals: Mapping[str, float]
    asked_for: ExplainedDocument | None = None
    absent: Absence | None = None


def explain(
    session: Session, searcher: Searcher, text: str, *, reader_language: str, article: int | None = None
) -> list[Explained]:
    """What each collection of the searcher makes of a text by the first stage; where an article is asked for, what it makes of
    it, even if the search would not have looked at it. Nothing is recorded. Four statements a collection at most."""
    found = searcher.retrieve_each(text)
    if article is None:
        return [_explain(session, searcher, one, reader_language) for one in found]
    forced = searcher.retrieve_each(text, lambda collections: [_passages(one, article) for one in collections])
    return [
        _explain(session, searcher, one, reader_language, forced=more, article=article)
        for one, more in zip(found, forced, strict=True)
    ]


def _explain(
    session: Session,
    searcher: Searcher,
    found: Retrieval,
    reader_language: str,
    *,
    forced: Retrieval | None = None,
    article: int | None = None,
) -> Explained:
    collection = found.collections[0]
    shown = found.without_hidden(session, searcher.audience)
    judged = searcher.judge_first(shown)
    documents = _documents(session, shown, found, reader_language)
    asked_for, absent = None, None
    if article is not None and forced is not None:
        asked_for, absent = _asked_for(session, found, shown, forced, article)
    signals = {}
    if shown.signals is not None:
        weights = searcher.calibration.weights
        signals = {name: float(value) * weights[name] for name, value in zip(FEATURES, shown.signals, strict=True)}
    return Explained(
        collection=collection.name,
        read_as=found.query.text,
        meant=found.query.meant,
        alike=sorted(found.query.alike),
        candidates=len(set(found.candidates.groups.tolist())),
        documents=documents,
        outcome=judged.outcome,
        confidence=judged.confidence,
        no_question=judged.no_question.value if judged.no_question else "",
        missing=found.mentions.missing,
        signals=signals,
        asked_for=asked_for,
        absent=absent,
    )


def _documents(
    session: Session, shown: Retrieval, found: Retrieval, reader_language: str, limit: int = SHOWN
) -> list[ExplainedDocument]:
    """The first ones that are shown, then those that were withdrawn of what was brought up."""
    ranked = shown.ranking.documents
    likely = find_likely(ranked.scores[:limit].tolist(), ranked.scores)
    explained = [
        _explain_group(shown, int(group), bool(likely[place])) for place, group in enumerate(ranked.groups[:limit])
    ]
    gone = sorted(set(found.candidates.groups.tolist()) - set(shown.candidates.groups.tolist()))
    places = {int(group): place for place, group in enumerate(found.ranking.documents.groups.tolist())}
    first_gone = sorted(gone, key=lambda group: places.get(group, len(places)))[:2]
    explained += [
        _explain_group(found, group, likely=False, is_withdrawn=True) for group in first_gone if places[group] < limit
    ]
    titles = _titles(session, found.collections[0], [one.document for one in explained], reader_language)
    return [_named(one, titles) for one in explained]


def _explain_group(found: Retrieval, group: int, likely: bool, *, is_withdrawn: bool = False) -> ExplainedDocument:
    shares = found.shares
    rows = np.flatnonzero(found.candidates.groups == group)
    ranked = found.ranking.documents
    place = int(np.flatnonzero(ranked.groups == group)[0])
    best = rows[int(np.argmax(shares.dense[rows]))]
    values = {
        name: float(getattr(shares, name)[best]) for name in ("meaning", "question", "agreement", "words", "solved")
    }
    values["lexical"] = _lexical(shares, rows)
    values["language"] = SAME_LANGUAGE_BONUS * float(shares.same_language[rows].any())
    put_first = "pinned" if group in found.pinned else "identifier" if group in found.mentions.groups else ""
    is_ticket = found.collections[0].name is CollectionName.TICKETS
    return ExplainedDocument(
        kind="ticket" if is_ticket else "article",
        document=int(found.candidates.documents[ranked.rows[place]]),
        group=group,
        title="",
        language="",
        place=place + 1,
        score=float(ranked.scores[place]),
        shares=values,
        by_meaning=_place_by(found, shares.meaning, group),
        by_words=_place_by(found, shares.lexical, group, above=0.0),
        put_first=put_first,
        is_withdrawn=is_withdrawn,
        lacks=found.mentions.lacks(group),
        is_likely=likely,
    )


def _lexical(shares: PassageShares, rows: Ids) -> float:
    """What the words of the index give a document: the best of its texts and the best of its other wordings."""
    questions, values = shares.is_question[rows], shares.lexical[rows]
    of_texts = float((values * ~questions).max()) * LEXICAL_WEIGHT
    return of_texts + float((values * questions).max()) * QUESTION_LEXICAL_WEIGHT


def _place_by(found: Retrieval, scores: np.ndarray, group: int, above: float = -np.inf) -> int:
    """The place of a document if this signal alone decided; 0 where it has none of it."""
    groups = found.candidates.groups
    own = float(scores[groups == group].max())
    if own <= above:
        return 0
    return len(set(groups[scores > own].tolist()) - {group}) + 1


def _asked_for(
    session: Session, found: Retrieval, shown: Retrieval, forced: Retrieval, number: int
) -> tuple[ExplainedDocument | None, Absence]:
    collection = found.collections[0]
    article = session.get(Article, number)
    if article is None:
        return None, Absence.NO_SUCH
    if article.status != "published":
        return None, Absence.NOT_PUBLISHED
    if collection.name is CollectionName.HELP and article.audience != "public":
        return None, Absence.NOT_FOR_CUSTOMERS
    ids = _passages(collection, number)
    if not len(ids):
        return None, Absence.NOT_INDEXED
    group = int(collection.fetch(ids).facts.groups[0])
    explained = _explain_group(forced, group, likely=True)
    named = replace(explained, title=article.title, language=article.language)
    if group not in set(found.candidates.groups.tolist()):
        return named, Absence.NOT_BROUGHT_UP
    place = shown.ranking.documents.groups.tolist().index(group)
    likely = find_likely(shown.ranking.documents.scores[: place + 1].tolist(), shown.ranking.documents.scores)
    if not likely[place]:
        return named, Absence.UNLIKELY
    return named, Absence.SHOWN if place < SHOWN else Absence.BEHIND


def _passages(collection: Collection, article: int) -> Ids:
    if collection.name is CollectionName.TICKETS:
        return np.zeros(0, np.int64)
    return collection.fetch(documents=[article]).ids


def _titles(
    session: Session, collection: Collection, numbers: Sequence[int], reader_language: str
) -> dict[int, tuple[str, str]]:
    """Title and language of each, the reader's where there is such a version. One statement, none without numbers."""
    if not numbers:
        return {}
    if collection.name is CollectionName.TICKETS:
        tickets = session.execute(select(Ticket.id, Ticket.subject, Ticket.language).where(Ticket.id.in_(numbers)))
        return {row.id: (row.subject, row.language) for row in tickets}
    version = aliased(Article)
    rows = session.execute(
        select(Article.id, version.title, version.language)
        .join(version, version.translation_key == Article.translation_key)
        .where(
            Article.id.in_(numbers),
            (version.id == Article.id) | ((version.language == reader_language) & (version.status == "published")),
        )
    ).all()
    # The reader's language is last, so that it stays.
    ordered = sorted(rows, key=lambda row: row.language == reader_language)
    return {row.id: (row.title, row.language) for row in ordered}


def _named(one: ExplainedDocument, titles: Mapping[int, tuple[str, str]]) -> ExplainedDocument:
    title, language = titles.get(one.document, (f"#{one.document}", ""))
    return replace(one, title=title, language=language)
