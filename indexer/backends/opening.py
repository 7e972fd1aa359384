"""The engine that the settings name."""

from pathlib import Path

from indexer.backends.faiss_tantivy.backend import EmbeddedBackend
from indexer.backends.protocol import Backend
from kb.core.settings import Settings


def open_backend(settings: Settings, *, briefly: bool = False) -> Backend:
    """Nothing is read or asked yet. briefly: for a question or two. Raises ConfigurationError for settings that cannot work."""
    address = settings.milvus
    if address is None:
        return EmbeddedBackend(settings.index_dir, briefly=briefly)
    from indexer.backends.milvus.backend import MilvusBackend
    from indexer.backends.milvus.connection import connection_to, require_package

    require_package(address)
    return MilvusBackend(settings.index_dir, connection_to(address))


def as_backend(where: "Path | Backend") -> Backend:
    """A folder stands for the embedded engine in it."""
    return EmbeddedBackend(where) if isinstance(where, Path) else where
