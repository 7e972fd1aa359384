"""Why a search was a miss, as far as the articles can tell.

hidden: something answers it that the asker may not see: an internal article (for a customer), a draft, an archived one.
other_language: an article that the asker may see answers it, but not in a language that they read.
other_words: an article in their language answers it, and the search did not see that, or they did not.
no_content: nothing of this.

A plain rule says which: the article that stands out most among those near, if it stands out at all, then who may see it and
in which language. What was measured, and what else was tried: docs/decisions/0009-why-it-was-missed.md.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from kb.insight.gaps.nearest import Document, Neighbours, Version, find_neighbours
from kb.search.encoding import Encoder, Vectors
from kb.search.types import Audience, Collection, CollectionName, is_known_term
from kb.tables import Ticket
from kb.text.phonetic_terms import query_words
from kb.text.terms import query_terms
from kb.text.transliteration import to_native

# Standard deviations by which an article must stand out to count as the answer; and by how many a hidden one must be ahead of
# those that the askers may see, because an internal article about nearly the same is common.
ANSWERS_FROM = 1.7
HIDDEN_LEAD = 0.3
_UNKNOWN_WORDS = 6
# Characters of a ticket that has no subject.
_TITLE = 90


class Reason(StrEnum):
    NO_CONTENT = "no_content"
    OTHER_WORDS = "other_words"
    OTHER_LANGUAGE = "other_language"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Asked:
    """A miss: what was asked, in which language (guessed), on a page of which language, by whom."""

    query: str
    language: str
    reader_language: str = ""
    audience: Audience = Audience.CUSTOMER

    def reads(self, language: str) -> bool:
        """Whether the asker reads articles in `language`: their own, and on a page in another language that one too if they
        typed English there (many who read Hindi type English words) or something that tells no language."""
        own, page = self.language.partition("-")[0], self.reader_language.partition("-")[0]
        base = language.partition("-")[0]
        return base == own or (own in ("en", "und", "") and base == page)

    def may_see(self, version: Version) -> bool:
        return version.published and (version.audience != "internal" or self.audience is Audience.REP)


@dataclass(frozen=True)
class MissReason:
    """The likely reason and what speaks for it.

    evidence: short facts, each a dictionary with a `kind`: `article` (id, title, language, audience, status; `nearest` where
    it does not answer), `languages` (languages that the article has for the asker, languages that were asked in),
    `unknown_words` (words) or `ticket` (id, title, language: the past ticket that is nearest, whatever it says).
    """

    reason: Reason
    evidence: list[dict[str, Any]] = field(default_factory=list)


def explain_miss(session: Session, encoder: Encoder, collections: Sequence[Collection], asked: Asked) -> MissReason:
    """The likely reason of a single miss."""
    return explain_misses(session, encoder, collections, [asked])


def explain_misses(
    session: Session, encoder: Encoder, collections: Sequence[Collection], asked: Sequence[Asked]
) -> MissReason:
    """The likely reason of misses that ask for the same thing (one at least); `collections` are all that there are."""
    # Hindi and Bengali in Latin letters are read in their own script.
    questions = encoder.encode_queries([to_native(one.query, one.language).text for one in asked])
    near = find_neighbours(session, encoder, collections, questions)
    unknown = _unknown_words(collections, asked) + _nearest_ticket(session, collections, questions)
    if not near.documents:
        return MissReason(Reason.NO_CONTENT, unknown)
    document, reason = _judge(near, asked)
    version = _version_to_show(document, asked)
    if reason is Reason.NO_CONTENT:
        return MissReason(reason, [{**_article(version), "nearest": True}, *unknown])
    evidence = [_article(version)]
    if reason is Reason.OTHER_LANGUAGE:
        there = sorted({one.language for one in document.versions if any(asker.may_see(one) for asker in asked)})
        wanted = sorted({one.language.partition("-")[0] for one in asked})
        evidence.append({"kind": "languages", "there": there, "asked": wanted})
    others = unknown if reason is Reason.OTHER_WORDS else [fact for fact in unknown if fact["kind"] == "ticket"]
    return MissReason(reason, evidence + others)


def _judge(near: Neighbours, asked: Sequence[Asked]) -> tuple[Document, Reason]:
    """The document that answers, or is nearest, and why most of those who asked missed it."""
    scores = near.scores.mean(axis=0)
    best = int(scores.argmax())
    reasons = [Counter(reason_of(document, one) for one in asked).most_common(1)[0][0] for document in near.documents]
    if scores[best] < ANSWERS_FROM:
        return near.documents[best], Reason.NO_CONTENT
    if reasons[best] is Reason.HIDDEN:
        visible = [place for place, reason in enumerate(reasons) if reason is not Reason.HIDDEN]
        nearest = max(visible, key=lambda place: float(scores[place]), default=best)
        if scores[best] - scores[nearest] < HIDDEN_LEAD:
            best = nearest
    return near.documents[best], reasons[best]


def reason_of(document: Document, asked: Asked) -> Reason:
    """Why somebody missed a document that answers them."""
    visible = [version for version in document.versions if asked.may_see(version)]
    if not visible:
        return Reason.HIDDEN
    return Reason.OTHER_WORDS if any(asked.reads(version.language) for version in visible) else Reason.OTHER_LANGUAGE


def _version_to_show(document: Document, asked: Sequence[Asked]) -> Version:
    """The version that says most to a trainer: one that the askers may see and read, else may see, else read."""

    def rank(test: Callable[[Asked], bool]) -> int:
        return sum(map(test, asked))

    return max(
        document.versions,
        key=lambda version: (
            rank(lambda one: one.may_see(version)),
            rank(lambda one: one.reads(version.language)),
            -version.id,
        ),
    )


def _article(version: Version) -> dict[str, Any]:
    return {
        "kind": "article",
        "id": version.id,
        "title": version.title,
        "language": version.language,
        "audience": version.audience,
        "status": version.status,
    }


def _nearest_ticket(session: Session, collections: Sequence[Collection], questions: Vectors) -> list[dict[str, Any]]:
    """The past ticket nearest to the middle of the questions, which may be solved by what solved that."""
    for collection in collections:
        if collection.name is CollectionName.TICKETS:
            ids, _ = collection.search_dense(questions.mean(axis=0), 1)
            documents = collection.fetch(ids).facts.documents
            ticket = session.get(Ticket, int(documents[0])) if len(documents) else None
            if ticket is not None:
                title = ticket.subject or ticket.problem[:_TITLE].rsplit("\n", 1)[0]
                return [{"kind": "ticket", "id": ticket.id, "title": title, "language": ticket.language}]
    return []


def _unknown_words(collections: Sequence[Collection], asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """The words that no passage contains, nor one that sounds alike, the most asked first."""
    counts: Counter[str] = Counter()
    for one in asked:
        for word in query_words(one.query, one.language):
            terms = query_terms(word, one.language)
            if not any(is_known_term(collections, term) for term in terms):
                counts[word] += 1
    words = [word for word, _ in counts.most_common(_UNKNOWN_WORDS)]
    return [{"kind": "unknown_words", "words": words}] if words else []
