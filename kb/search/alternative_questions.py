"""Vectors of what is question and text at once: other wordings of a question."""

from collections.abc import Sequence

import numpy as np

from kb.search.encoding import Encoder, Vectors


def encode_alternative_questions(encoder: Encoder, texts: Sequence[str], as_texts: Vectors | None = None) -> Vectors:
    """float32 (len(texts), dimensions), unit length: the mean of the encoder's two readings; `as_texts` is the one as texts.

    Encoders for search read a question and a text in two ways. Other wordings are both: read as texts only, even the very
    words that somebody types are not near; read as questions only, they outrank every text.
    """
    if not texts:
        return np.zeros((0, encoder.dimensions), np.float32)
    both = (encoder.encode_passages(texts) if as_texts is None else as_texts) + encoder.encode_queries(texts)
    return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), dtype=np.float32)
