"""Which encoder `KB_MODEL` names: the bundled one, any of sentence-transformers, or the one without a model."""

import os

from threadpoolctl import threadpool_limits

from indexer.encoders.bundled_model import is_bundled
from indexer.encoders.hashing import HashEncoder
from kb.core.settings import Settings
from kb.search.encoding import Encoder


def open_encoder(settings: Settings, *, briefly: bool = False) -> Encoder:
    """The encoder that `KB_MODEL` names. briefly: a text or two will be encoded.

    Raises ModelError with the command that mends it.
    """
    # Products of small matrices, by many threads at once: helpers that wait for each other cost a hundred times what they
    # bring when all cores are busy (0.1 ms became 9 to 15).
    threadpool_limits(1, user_api="blas")
    if settings.model == "hash":
        return HashEncoder()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if is_bundled(settings):
        from indexer.encoders.bundled import open_bundled_encoder

        return open_bundled_encoder(settings, briefly=briefly)
    from indexer.encoders.sentence import open_sentence_encoder

    return open_sentence_encoder(settings)
