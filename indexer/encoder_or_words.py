"""The encoder for searches that must be answered, with one that waits for its model in place of one that is missing."""

from collections.abc import Callable

from sqlalchemy import Engine, func, select

from indexer.builds import live_build
from indexer.encoders.bundled_model import BUNDLED_FINGERPRINTS
from indexer.encoders.opening import open_encoder
from indexer.encoders.recovering import RecoveringEncoder
from indexer.encoders.token_embeddings import load_token_basis
from indexer.fingerprint import encoder_part
from kb.core.database import session_scope
from kb.core.errors import ModelError
from kb.core.settings import Settings
from kb.search.encoding import Encoder
from kb.tables import Passage

_BYTES_OF_A_NUMBER = 4


def open_encoder_or_wait(settings: Settings, engine: Engine, opening: Callable[[], Encoder] | None = None) -> Encoder:
    """opening: what gives the encoder, where it is being opened already.

    Raises ModelError for an encoder that is missing where its vectors are too, or the vectors are those of another one.
    """
    try:
        return opening() if opening else open_encoder(settings)
    except ModelError as error:
        with session_scope(engine) as session:
            build = live_build(session)
            size: int | None = None
            if build is not None:
                length = select(func.length(Passage.vector)).where(Passage.build_id == build.id).limit(1)
                size = session.scalar(length)
        if build is None or not size:
            raise
        fingerprint = encoder_part(build.fingerprint)
        if BUNDLED_FINGERPRINTS.get(settings.model, fingerprint) != fingerprint:
            raise
        basis = load_token_basis(fingerprint)
        return RecoveringEncoder(
            lambda: open_encoder(settings),
            error,
            fingerprint,
            size // _BYTES_OF_A_NUMBER,
            basis.dimensions if basis else 0,
        )
