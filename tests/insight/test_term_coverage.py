"""Which words of a question documents have, with the hash encoder: equal words have equal vectors."""

import numpy as np

from indexer.encoders.hashing import HashEncoder
from kb.insight.gaps.candidate_pool import Candidate, CandidatePool
from kb.insight.gaps.term_coverage import cover_telling_words, cover_terms, match_documents

ENCODER = HashEncoder()


def pool_of(*texts: str) -> CandidatePool:
    read = ENCODER.embed_passages(list(texts))
    documents = [Candidate(text) for text in texts]
    for row, document in enumerate(documents):
        document.passages["en", False].append(row)
    return CandidatePool(documents, read.vectors, list(read.words), [])


def test_document_without_the_telling_word_falls_short() -> None:
    pool = pool_of("cancel an order", "track an order", "return an order")
    embedding = ENCODER.embed_query("cancel order")
    (covered,) = cover_terms(pool, [embedding])
    cover, shortfall = cover_telling_words(covered, embedding, "en")
    assert cover.argmax() == 0
    assert shortfall[0] < 0.01 < min(shortfall[1:])


def test_document_outside_a_view_is_not_compared_in_it() -> None:
    pool = pool_of("cancel an order", "track an order")
    pool.candidates[1].passages["en", True] = pool.candidates[1].passages.pop(("en", False))
    embedding = ENCODER.embed_query("order")
    matched = match_documents(cover_terms(pool, [embedding])[0], embedding, "en")
    assert np.isfinite(matched["en", False]).tolist() == [True, False]
    assert np.isfinite(matched["en", True]).tolist() == [False, True]


def test_question_without_words_covers_nothing() -> None:
    embeddings = [ENCODER.embed_query("?"), ENCODER.embed_query("order")]
    nothing, something = cover_terms(pool_of("cancel an order", "track it"), embeddings)
    assert nothing == {}
    assert something["en", False].shape == (2, 1)
