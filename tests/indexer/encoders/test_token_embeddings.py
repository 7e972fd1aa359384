"""Words of a text get the mean of their own tokens, whatever stands around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoders.bundled_model import FINGERPRINT
from indexer.encoders.hashing import HashEncoder
from indexer.encoders.opening import open_encoder
from indexer.encoders.token_embeddings import (
    MOST_WORDS,
    align_tokens,
    load_token_basis,
    pool_tokens,
    pooling_matrix,
    quantize,
    word_spans,
)
from kb.core.settings import Settings


def offsets_of(text: str, prompt: str) -> list[tuple[int, int]]:
    """Tokens as sentencepiece cuts them: a piece of up to three characters, the blank before a word with its first piece."""
    whole = prompt + text
    bounds: list[tuple[int, int]] = [(0, 0)]
    start = 0
    while start < len(whole):
        end = min(start + 3, len(whole))
        blank = whole.find(" ", start + 1, end)
        end = blank if blank > 0 else end
        bounds.append((start, end))
        start = end
    return [*bounds, (0, 0)]


def test_tokens_belong_to_their_words_and_prompt_and_marks_to_none() -> None:
    text = "Refund? No refund"
    words, places = align_tokens(text, [(0, 0), (0, 9), (9, 15), (15, 16), (16, 19), (19, 23), (23, 26), (0, 0)], 9)
    assert words == ["refund", "no"]
    assert places.tolist() == [-1, -1, 0, -1, 1, 0, 0, -1]


def test_word_is_the_direction_of_the_mean_of_its_tokens() -> None:
    tokens = np.array([[1, 0], [0, 1], [5, 5], [0, 2]], np.float32)
    pooled = pool_tokens(tokens, pooling_matrix(np.array([0, 0, -1, 1]), 3))
    np.testing.assert_allclose(pooled, [[0.5**0.5, 0.5**0.5], [0, 1], [0, 0]], atol=1e-6)
    assert quantize(pooled).tolist() == [[90, 90], [0, 127], [0, 0]]


def test_no_more_words_are_kept_than_a_long_passage_has() -> None:
    text = " ".join(f"w{number}" for number in range(MOST_WORDS + 50))
    words, places = align_tokens(text, offsets_of(text, "passage: "), 9)
    assert len(words) == MOST_WORDS
    assert places.max() == MOST_WORDS - 1


@given(st.text(max_size=60))
def test_any_text_gives_each_token_a_word_that_it_overlaps(text: str) -> None:
    prompt = "query: "
    bounds = offsets_of(text, prompt)
    words, places = align_tokens(text, bounds, len(prompt))
    assert words == list(dict.fromkeys(word for _, _, word in word_spans(text)))
    for (_, end), place in zip(bounds, places.tolist(), strict=True):
        if place >= 0:
            last = end - 1 - len(prompt)
            assert any(start <= last < stop and word == words[place] for start, stop, word in word_spans(text))


def test_other_encoders_have_no_basis() -> None:
    assert load_token_basis("another/1") is None
    assert load_token_basis(FINGERPRINT) is not None


def test_hash_encoder_reads_words_the_same_in_query_and_passage() -> None:
    encoder = HashEncoder()
    query = encoder.embed_query("late refund refund")
    passage = encoder.embed_passages(["Refund is late"])
    assert query.words == ("late", "refund")
    np.testing.assert_array_equal(quantize(query.word_vectors), passage.words[0][[2, 0]])


@pytest.mark.bundled
def test_words_of_the_bundled_encoder_meet_across_languages(bundled_settings: Settings) -> None:
    encoder = open_encoder(bundled_settings)
    texts = ["How to get a refund to your card", "अपने कार्ड पर रिफंड कैसे पाएं"]
    read = encoder.embed_passages(texts)
    np.testing.assert_allclose(read.vectors, encoder.encode_passages(texts), atol=0.05)
    query = encoder.embed_query("refund card")
    np.testing.assert_allclose(query.vector, encoder.encode_queries(["refund card"])[0], atol=1e-5)
    hindi = [word for _, _, word in word_spans(texts[1])]
    likeness = query.word_vectors @ read.words[1].astype(np.float32).T
    assert [hindi[place] for place in likeness.argmax(axis=1)] == ["रिफंड", "कार्ड"]
