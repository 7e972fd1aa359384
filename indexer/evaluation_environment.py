"""The whole application over a dataset's documents, in a temporary home: real database, pipeline, index files and searchers."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import Engine

from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.core.database import create_database_engine, session_scope
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.evaluation.dataset import Document
from kb.evaluation.runner import store_documents
from kb.search.encoding import Encoder
from kb.tables import Base


@dataclass(frozen=True)
class EnvironmentSettings(Settings):
    """The settings of the installation, whose thresholds and home count here too, with database and index files elsewhere."""

    folder: str = ""

    @property
    def milvus(self) -> None:
        """What is measured and thrown away is not left in a Milvus."""

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/kb.sqlite3"

    @property
    def index_dir(self) -> Path:
        return Path(self.folder) / "index"


@dataclass(frozen=True)
class EvaluationEnvironment:
    """document_ids: the dataset's ids by article id; passages: how many are in the index."""

    settings: EnvironmentSettings
    engine: Engine
    runtime: SearchRuntime
    document_ids: dict[int, str]
    passages: int

    def with_encoder(self, encoder: Encoder) -> SearchRuntime:
        """Another runtime over the same files, with another implementation of the same encoder and nothing warmed up."""
        return SearchRuntime.open(self.settings, self.engine, encoder)


@contextmanager
def open_evaluation_environment(
    settings: Settings, documents: Sequence[Document], encoder: Encoder, progress: Progress
) -> Iterator[EvaluationEnvironment]:
    """Store and index the documents; all of it is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="kb-eval-") as folder:
        kept = {field.name: getattr(settings, field.name) for field in fields(Settings)}
        elsewhere = EnvironmentSettings(**kept, folder=str(Path(folder).resolve()))
        engine = create_database_engine(elsewhere)
        try:
            Base.metadata.create_all(engine)
            with session_scope(engine) as session:
                document_ids = store_documents(session, documents)
            report = bring_up_to_date(engine, elsewhere.index_dir, encoder, progress)
            runtime = SearchRuntime.open(elsewhere, engine, encoder)
            yield EvaluationEnvironment(elsewhere, engine, runtime, document_ids, sum(report.collections.values()))
        finally:
            engine.dispose()
