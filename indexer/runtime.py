"""Everything a process needs to search: the encoder and the live collections, opened once, after forking."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.opening import open_backend
from indexer.backends.protocol import Backend, BackendReader, OpenCollection
from indexer.encoder_or_words import open_encoder_or_wait
from indexer.encoders.opening import open_encoder
from indexer.encoders.recovering import RecoveringEncoder
from indexer.encoders.reranker import check_reranker
from indexer.figures import Behind, behind
from indexer.fingerprint import index_fingerprint
from indexer.following import Follower, Versions
from indexer.own_calibration import CalibrationReader
from indexer.query_statistics import QueryStatisticsReader
from indexer.second_stage import SecondStageSource
from indexer.updating import IndexReport, bring_up_to_date, make_files
from kb.core.errors import IndexUnavailableError
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.confidence import SHIPPED, Calibration, load_calibration
from kb.search.curation import CURATION_VERSION, CurationSource, load_curation
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.second_stage import Reranker
from kb.search.solved import NEWEST_SOLVED, load_solved
from kb.search.types import Audience, CollectionName, CollectionSource

if TYPE_CHECKING:
    from kb.assist.composing import Composer
    from kb.assist.leak_guard import LeakGuard

logger = logging.getLogger(__name__)

# Made by `kb calibrate`; where there is one it takes the place of the calibration that is shipped.
CALIBRATION_FILE = "calibration.json"

# What each audience may search. The customer's searcher is handed the public collection and nothing else.
COLLECTIONS_OF = {
    Audience.CUSTOMER: (CollectionName.HELP,),
    Audience.REP: (CollectionName.HELP, CollectionName.INTERNAL, CollectionName.TICKETS),
}


@dataclass(frozen=True)
class Source:
    """One collection of a reader, for a searcher that is handed no other."""

    reader: BackendReader
    name: CollectionName

    def view(self) -> OpenCollection:
        return self.reader.view(self.name)


class SearchRuntime:
    """Encoder and collections of one process; safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        encoder: Encoder,
        backend: Backend,
        reader: BackendReader,
        reranker: Reranker | None = None,
    ):
        self.encoder = encoder
        self._settings = settings
        self._engine = engine
        self._backend = backend
        self._reader = reader
        self.base_calibration = load_base_calibration(settings)
        together = Versions(engine)
        self._statistics = QueryStatisticsReader(engine, encoder.fingerprint, together)
        self._calibration = CalibrationReader(engine, self.base_calibration, encoder.fingerprint, together)
        self._solved = Follower(engine, "What solved conversations", NEWEST_SOLVED, load_solved, together)
        self._curation = Follower(engine, "Synonyms and pinned answers", CURATION_VERSION, load_curation, together)
        is_set = reranker or settings.reranker
        self._second_stage = SecondStageSource(settings, self._calibration, reranker) if is_set else None
        self._searchers = {
            audience: self.make_searcher(
                [Source(reader, name) for name in names], audience, second_stage=self._second_stage
            )
            for audience, names in COLLECTIONS_OF.items()
        }

    @classmethod
    def open(
        cls,
        settings: Settings,
        engine: Engine,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        *,
        or_words: bool = False,
        briefly: bool = False,
    ) -> "SearchRuntime":
        """Load the encoder and open the collections. Missing or broken files are made anew from the database, with a warning.

        reranker: takes the place of the one that the settings name, which is loaded by `warm_up` or by the first search that it
        is there for. Raises ModelError when the encoder is missing, the stored vectors were made with another one, or what
        KB_RERANKER names is seen to be no re-ranker. or_words: a missing encoder is no error where there is an index; searches
        then compare words alone until it is there again. briefly: a question or two will be asked; what
        makes further ones fast is not made.
        """
        check_reranker(settings)
        backend = open_backend(settings, briefly=briefly)
        if encoder is None:
            encoder = open_encoder_or_wait(settings, engine) if or_words else open_encoder(settings, briefly=briefly)
        return cls(settings, engine, encoder, backend, _open_reader(engine, backend, encoder), reranker)

    @cached_property
    def leak_guard(self) -> "LeakGuard":
        """For texts that are about to go to a customer."""
        # Imported here, as what composes: a search needs neither, and they compile many patterns.
        from kb.assist.leak_guard import LeakGuard

        return LeakGuard(self.encoder)

    @cached_property
    def composer(self) -> "Composer | None":
        """Composes answers from what is quoted; None where KB_LLM_URL is not set."""
        endpoint = self._settings.llm
        if endpoint is None:
            return None
        from kb.assist.composing import Composer
        from kb.assist.composing_check import SentenceChecker

        return Composer(endpoint, SentenceChecker(self.encoder), region=self._settings.phone_region)

    def searcher(self, audience: Audience) -> Searcher:
        return self._searchers[audience]

    def make_searcher(
        self,
        sources: Sequence[CollectionSource],
        audience: Audience,
        second_stage: SecondStageSource | None = None,
        curation: CurationSource | None = None,
    ) -> Searcher:
        """One of any collections, with the encoder, statistics and calibration that serve; without a second stage for trying out,
        where two searches are compared that must have read the same. curation: in place of the one that serves."""
        return Searcher(
            self.encoder,
            tuple(sources),
            audience,
            self._statistics,
            self._calibration,
            second_stage,
            self._solved,
            curation or self._curation,
            self._settings.time_zone,
        )

    def view(self, name: CollectionName) -> OpenCollection:
        """A collection as it is now: for checks and benchmarks, which are no audience."""
        return self._reader.view(name)

    def all_views(self) -> list[OpenCollection]:
        """Every collection as it is now: for what trainers are told about gaps."""
        return [self._reader.view(name) for name in CollectionName]

    @property
    def index_problem(self) -> str | None:
        """Why searches are answered from an older index than the newest; None while all is well."""
        return self._reader.problem

    def passages(self) -> dict[str, int]:
        """How many can be found in each collection."""
        return {name.value: len(self._reader.view(name)) for name in CollectionName}

    def behind(self) -> Behind:
        """The changes of the index that this process does not search yet. Raises SQLAlchemyError."""
        seen = [(name, self._reader.view(name).change_id) for name in CollectionName]
        with Session(self._engine) as session:
            return behind(session, seen)

    @property
    def encoder_problem(self) -> str | None:
        """Why searches compare words alone; None while the encoder is there."""
        problem = self.encoder.problem if isinstance(self.encoder, RecoveringEncoder) else None
        return None if problem is None else str(problem)

    def follow(self) -> None:
        """Take up changes of the index in a thread of its own from now on, until `close`: for servers."""
        self._reader.follow()

    def close(self) -> None:
        self._reader.close()

    def update(self, progress: Progress | None = None, *, rebuild: bool = False, compare: bool = False) -> IndexReport:
        """Bring the collections up to date; this process sees the change at once, others within a second."""
        report = bring_up_to_date(self._engine, self._backend, self.encoder, progress, rebuild=rebuild, compare=compare)
        self._reader.look()
        return report

    def warm_up(self) -> None:
        """Run everything once, so that the first person does not wait for lazy loading."""
        if self.encoder_problem is None:
            self.encoder.encode_queries(["warm"])
        if self._second_stage is not None:
            self._second_stage()


def load_base_calibration(settings: Settings) -> Calibration:
    """That of `kb calibrate`, where there is one, else the one that is shipped; with what the settings say of it."""
    own = settings.home / CALIBRATION_FILE
    return load_calibration(
        own if own.exists() else SHIPPED,
        answered_from=settings.answered_from,
        unsure_from=settings.unsure_from,
        answerable_share=settings.answerable_share,
    )


def _open_reader(engine: Engine, backend: Backend, encoder: Encoder) -> BackendReader:
    fingerprint = index_fingerprint(encoder)
    try:
        return backend.reader(engine, fingerprint)
    except IndexUnavailableError as error:
        logger.warning("%s It is made anew from the database.", error.message)
        make_files(engine, backend, encoder)
        return backend.reader(engine, fingerprint)
