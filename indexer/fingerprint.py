"""What vectors must have in common to be compared: the model, the way of cutting text, and that of reading words."""

from indexer.chunking import CHUNKER
from indexer.encoders.bundled_model import BUNDLED_FINGERPRINTS
from indexer.encoders.token_embeddings import WORDS
from kb.core.settings import Settings
from kb.search.encoding import Encoder

_CHUNKS = "+chunks/"


def index_fingerprint(encoder: Encoder) -> str:
    return _fingerprint(encoder.fingerprint)


def expected_fingerprint(settings: Settings) -> str | None:
    """That of a bundled encoder, without loading it. None for other models: they must be loaded to know."""
    known = BUNDLED_FINGERPRINTS.get(settings.model)
    return None if known is None else _fingerprint(known)


def encoder_part(fingerprint: str) -> str:
    """The encoder's own fingerprint out of that of an index."""
    return fingerprint.partition(_CHUNKS)[0]


def _fingerprint(of_encoder: str) -> str:
    return f"{of_encoder}{_CHUNKS}{CHUNKER}+words/{WORDS}"
