"""The sample articles as a search has them."""

from dataclasses import dataclass

from sqlalchemy import Engine

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings


@dataclass(frozen=True)
class SampleIndex:
    """The sample articles, indexed with the bundled encoder."""

    settings: Settings
    engine: Engine

    def open(self) -> SearchRuntime:
        """A search of its own for a test."""
        return SearchRuntime.open(self.settings, self.engine)
