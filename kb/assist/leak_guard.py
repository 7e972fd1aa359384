"""What of a text that is about to go to a customer stands in internal articles and not in public ones, sentence by sentence.

A sentence is compared with the statements of the internal articles nearest to it. What those quote as words for customers, what
ordinary replies say, and what public articles say as well is no leak. Measured in docs/decisions/0029-leak-guard-and-facts.md.
"""

import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np
from cachetools import LRUCache, cachedmethod
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.assist.copied_words import is_copied, is_quoted, share_of_words, telling_words
from kb.assist.internal_articles import InternalArticle, InternalArticles
from kb.assist.leak_model import LeakModel, load_leak_model
from kb.assist.public_sentences import PublicSentences, texts_with_words_of
from kb.search.encoding import Encoder, Vectors
from kb.search.types import Collection, CollectionName
from kb.text.language import guess_language
from kb.text.number_values import number_values
from kb.text.sentences import sentence_spans
from kb.text.transliteration import to_native
from kb.text.words import find_words

# Sentences that are looked at: a reply has six; what is longer is told to be checked in part.
MOST_SENTENCES = 80
LONGEST_SENTENCE = 1000
# Fewer words than this say nothing that could be a secret ("Team lead.").
_FEWEST_WORDS = 3
# Internal passages that bring up the articles to compare with, and statements whose numbers count as those of the sentence.
_PASSAGES, _NEAR = 12, 8
# A number of this size in so few internal statements leads there, however the sentence is put.
_LARGE, _FEW = 100, 4
_SMALL = 12
# Vectors of sentences that were checked last, 2 kB each.
_SENTENCES_KEPT = 1000
# What copied words are worth where nothing else speaks.
_COPIED = 0.9


@dataclass(frozen=True)
class Leak:
    """A sentence of the text, at `start` to `end`, that says what the statement `says` of an internal article says.

    score: probability, 0 to 1; language: of the article.
    """

    sentence: str
    start: int
    end: int
    article_id: int
    title: str
    says: str
    score: float

    @property
    def why(self) -> str:
        return f"says what the internal article “{self.title}” says"

    def to_json(self) -> dict[str, Any]:
        source = {"kind": "article", "id": self.article_id, "title": self.title, "sentence": self.says}
        return {
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "source": source,
            "score": round(self.score, 3),
            "why": self.why,
        }


@dataclass(frozen=True)
class Checked:
    """complete: whether all sentences of the text were looked at."""

    leaks: Sequence[Leak]
    complete: bool = True


@dataclass
class _Statements:
    """Statements of internal articles, one after the other, n of them. origins: article and place in it; internal: those that
    may not be said."""

    articles: Sequence[InternalArticle]
    origins: list[tuple[InternalArticle, int]] = field(init=False)
    alone: Vectors = field(init=False)
    under: Vectors = field(init=False)
    internal: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.origins = [(article, place) for article in self.articles for place in range(len(article.texts))]
        self.alone = np.concatenate([article.alone for article in self.articles])
        self.under = np.concatenate([article.under for article in self.articles])
        self.internal = ~np.concatenate([article.may_be_said for article in self.articles])

    def numbers_near(self, places: Sequence[int]) -> frozenset[float]:
        """The numbers of the statements at these places, and those that only few statements have: extensions, limits."""
        near = [article.numbers[place] for article, place in (self.origins[place] for place in places)]
        return self._rare_numbers.union(*near)

    @cached_property
    def _rare_numbers(self) -> frozenset[float]:
        counts = Counter(
            number
            for (article, place), internal in zip(self.origins, self.internal, strict=True)
            if internal
            for number in article.numbers[place]
        )
        return frozenset(number for number, count in counts.items() if number >= _LARGE and count <= _FEW)


class LeakGuard:
    """Compares texts with internal articles. It is handed the collections; safe for many threads."""

    def __init__(self, encoder: Encoder, model: LeakModel | None = None) -> None:
        """model: takes the place of the one that is shipped for the encoder."""
        self._encoder = encoder
        self._model = model or load_leak_model(encoder.fingerprint)
        self._articles = InternalArticles(encoder.fingerprint, encoder.dimensions)
        self._public = PublicSentences(encoder)
        # A draft is looked at again and again while it is written: most of its sentences are the same.
        self._vectors: LRUCache[Any, Vectors] = LRUCache(_SENTENCES_KEPT)
        self._lock = threading.Lock()

    def check(self, session: Session, text: str, collections: Sequence[Collection]) -> Checked:
        """The leaks in `text`, in its order. Any text is taken; see MOST_SENTENCES.

        collections: those of a rep, as they are now. At most two statements.
        """
        by_name = {collection.name: collection for collection in collections}
        internal, public = by_name[CollectionName.INTERNAL], by_name[CollectionName.HELP]
        spans = [span for span in sentence_spans(text) if len(find_words(text[span[0] : span[1]])) >= _FEWEST_WORDS]
        looked_at = spans[:MOST_SENTENCES]
        sentences = [text[start:end][:LONGEST_SENTENCE] for start, end in looked_at]
        complete = len(spans) == len(looked_at) and all(end - start <= LONGEST_SENTENCE for start, end in looked_at)
        vectors = [self._vector_of(sentence) for sentence in sentences]
        statements = self._statements_near(session, internal, vectors)
        if statements is None:
            return Checked((), complete)
        leaks = []
        for span, sentence, vector in zip(looked_at, sentences, vectors, strict=True):
            found = self._judge(sentence, vector, statements, public)
            if found is not None:
                score, (article, place) = found
                leaks.append(Leak(sentence, *span, article.id, article.title, article.texts[place], score))
        return Checked(leaks, complete)

    def features(
        self, session: Session, sentence: str, collections: Sequence[Collection]
    ) -> NDArray[np.float64] | None:
        """What a sentence is judged by at last, shape (len(FEATURES),); None where there is nothing internal, or no model. For
        fitting one."""
        by_name = {collection.name: collection for collection in collections}
        vector = encode_sentence(self._encoder, sentence)
        statements = self._statements_near(session, by_name[CollectionName.INTERNAL], [vector])
        if statements is None or not statements.internal.any() or self._model is None:
            return None
        pieces = self._public.texts_near(by_name[CollectionName.HELP], vector)
        return _features(sentence, vector, statements, self._model, pieces, self._public.vectors_of(pieces))

    @cachedmethod(attrgetter("_vectors"), lock=attrgetter("_lock"))
    def _vector_of(self, sentence: str) -> Vectors:
        return encode_sentence(self._encoder, sentence)

    def _statements_near(
        self, session: Session, internal: Collection, vectors: Sequence[Vectors]
    ) -> _Statements | None:
        """Those of the articles that any of the sentences brings up."""
        ids: set[int] = set()
        for vector in vectors:
            passages, _ = internal.search_dense(vector, _PASSAGES)
            facts = internal.fetch(passages).facts
            ids.update(facts.documents[facts.known].tolist())
        articles = self._articles.load(session, ids)
        return _Statements(articles) if any(article.texts for article in articles) else None

    def _judge(
        self, sentence: str, vector: Vectors, statements: _Statements, public: Collection
    ) -> tuple[float, tuple[InternalArticle, int]] | None:
        """The probability that the sentence is a leak, and the statement that it says; None where it is none."""
        if not statements.internal.any():
            return None
        model = self._model
        if model is not None:
            # Public articles can only speak for a sentence: they are asked where it needs somebody to.
            nothing = self._public.vectors_of(())
            score = model.probability(_features(sentence, vector, statements, model, (), nothing))
            if score >= model.threshold:
                if is_quoted(sentence, texts_with_words_of(public, sentence)):
                    return None  # what a public article says word for word is no secret
                pieces = self._public.texts_near(public, vector)
                of_pieces = self._public.vectors_of(pieces)
                score = model.probability(_features(sentence, vector, statements, model, pieces, of_pieces))
                if score >= model.threshold:
                    return score, statements.origins[_nearest(vector, statements, 1)[0]]
        return self._copied(sentence, vector, statements, public)

    def _copied(
        self, sentence: str, vector: Vectors, statements: _Statements, public: Collection
    ) -> tuple[float, tuple[InternalArticle, int]] | None:
        """The same by words alone: many of them stand in one statement, and not as many in what may be said."""
        language = guess_language(sentence)
        words = telling_words(sentence, language)
        shares = [share_of_words(words, article.words[place]) for article, place in statements.origins]
        internal = np.where(statements.internal, shares, 0.0)
        best = int(internal.argmax())
        article, place = statements.origins[best]
        if not is_copied(words, article.words[place]):
            return None
        said = float(np.where(statements.internal, 0.0, shares).max())
        pieces = self._public.texts_near(public, vector)
        if is_quoted(sentence, texts_with_words_of(public, sentence)):
            return None
        said = max([said, *(share_of_words(words, telling_words(piece, language)) for piece in pieces)])
        return None if said >= internal[best] - 0.2 else (_COPIED, (article, place))


def encode_sentence(encoder: Encoder, sentence: str) -> Vectors:
    """A sentence as a query, float32 (dimensions,): Hindi and Bengali in Latin letters as in their own script."""
    [vector] = encoder.encode_queries([to_native(sentence, guess_language(sentence)).text])
    return np.asarray(vector, dtype=np.float32)


def _nearest(vector: Vectors, statements: _Statements, most: int) -> list[int]:
    """The internal statements nearest to a sentence, nearest first."""
    places = np.flatnonzero(statements.internal)
    scores = statements.alone[places] @ vector + statements.under[places] @ vector
    return [int(place) for place in places[np.argsort(-scores, kind="stable")[:most]]]


def _features(
    sentence: str,
    vector: Vectors,
    statements: _Statements,
    model: LeakModel,
    pieces: Sequence[str],
    of_pieces: Vectors,
) -> NDArray[np.float64]:
    alone, under = statements.alone @ vector, statements.under @ vector
    internal = statements.internal
    near_sayable = max(
        float((model.ordinary @ vector).max(initial=-1.0)),
        float(alone[~internal].max(initial=-1.0)),
        float((of_pieces @ vector).max(initial=-1.0)),
    )
    numbers = number_values(sentence)
    own: frozenset[float] = frozenset()
    if numbers:
        own = numbers & statements.numbers_near(_nearest(vector, statements, _NEAR))
    said = frozenset().union(*map(number_values, pieces)) if own else frozenset()
    return np.array(
        [
            model.sounds_in_house(vector),
            float(alone[internal].max()) - near_sayable,
            float(under[internal].max()),
            near_sayable,
            _worth(own - said),
            _worth(own & said),
            sentence.rstrip("\"'”’»)").endswith(("?", "？")),
            math.log1p(len(find_words(sentence))),
        ]
    )


def _worth(numbers: frozenset[float]) -> float:
    """What shared numbers say, 0 to 1: "two" and "three" stand everywhere."""
    return min(sum(1.0 if number > _SMALL else 0.4 for number in numbers), 1.0)
