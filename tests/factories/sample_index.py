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
        """A search that has seen no query yet: it learns from those before, so each test has its own."""
        return SearchRuntime.open(self.settings, self.engine)
