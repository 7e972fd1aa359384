"""Everything a process needs to search: the encoder and the live collections, opened once, after forking."""

import logging
from pathlib import Path

from sqlalchemy import Engine

from indexer.backends.faiss_tantivy.reader import CollectionReader
from indexer.backends.faiss_tantivy.view import CollectionView
from indexer.encoders.opening import open_encoder
from indexer.updating import IndexReport, bring_up_to_date, index_fingerprint, make_files
from kb.core.errors import IndexUnavailableError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.article_cache import ArticleCache
from kb.search.confidence import SHIPPED, load_calibration
from kb.search.encoding import Encoder
from kb.search.fusion import QueryMeans
from kb.search.searcher import Searcher
from kb.search.types import Audience, CollectionName

logger = logging.getLogger(__name__)

# Made by `kb calibrate`; where there is one it takes the place of the calibration that is shipped.
CALIBRATION_FILE = "calibration.json"

# What each audience may search. The customer's searcher is handed the public collection and nothing else.
COLLECTIONS_OF = {
    Audience.CUSTOMER: (CollectionName.HELP,),
    Audience.REP: (CollectionName.HELP, CollectionName.INTERNAL, CollectionName.TICKETS),
}


class SearchRuntime:
    """Encoder and collections of one process; safe to use from many threads."""

    def __init__(
        self, settings: Settings, engine: Engine, encoder: Encoder, live: dict[CollectionName, CollectionReader]
    ):
        self.encoder = encoder
        self._engine = engine
        self._index_dir = settings.index_dir
        self._live = live
        own = settings.home / CALIBRATION_FILE
        calibration = load_calibration(
            own if own.exists() else SHIPPED, answered_from=settings.answered_from, unsure_from=settings.unsure_from
        )
        means = QueryMeans()
        self._searchers = {
            audience: Searcher(
                encoder, tuple(live[name] for name in names), ArticleCache(engine, audience), means, calibration
            )
            for audience, names in COLLECTIONS_OF.items()
        }

    @classmethod
    def open(cls, settings: Settings, engine: Engine, encoder: Encoder | None = None) -> "SearchRuntime":
        """Load the encoder and open the collections. Missing or broken files are made anew from the database, with a warning.

        Raises ModelError when the encoder is missing or the stored vectors were made with another one.
        """
        encoder = encoder or open_encoder(settings)
        live = {name: _open_live(name, engine, settings.index_dir, encoder) for name in CollectionName}
        return cls(settings, engine, encoder, live)

    def searcher(self, audience: Audience) -> Searcher:
        return self._searchers[audience]

    def view(self, name: CollectionName) -> CollectionView:
        """A collection as it is now: for checks and benchmarks, which are no audience."""
        return self._live[name].view()

    def all_views(self) -> list[CollectionView]:
        """Every collection as it is now: for what trainers are told about gaps."""
        return [live.view() for live in self._live.values()]

    def update(self, progress: Progress | None = None, *, rebuild: bool = False) -> IndexReport:
        """Bring the collections up to date; this process sees the change at once, others within a second."""
        report = bring_up_to_date(self._engine, self._index_dir, self.encoder, progress, rebuild=rebuild)
        for live in self._live.values():
            live.refresh()
        return report

    def warm_up(self) -> None:
        """Run everything once, so that the first person does not wait for lazy loading."""
        self.encoder.encode_queries(["warm"])
        for live in self._live.values():
            live.view()
        for searcher in self._searchers.values():
            searcher.articles.follow()


def _open_live(name: CollectionName, engine: Engine, root: Path, encoder: Encoder) -> CollectionReader:
    fingerprint = index_fingerprint(encoder)
    try:
        return CollectionReader(name, engine, root, fingerprint)
    except IndexUnavailableError as error:
        logger.warning("%s It is made anew from the database.", error.message)
        make_files(engine, root, encoder)
        return CollectionReader(name, engine, root, fingerprint)
