from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sample_index import SampleIndex

from kb.articles import sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Base


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory, bundled_models: Path) -> Iterator[SampleIndex]:
    home = tmp_path_factory.mktemp("golden")
    (home / "models").symlink_to(bundled_models)
    settings = replace(Settings(), home_text=str(home))
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_scope(engine) as session:
        sync_folder(session, PROJECT_ROOT / "articles", default_language="en")
    index = SampleIndex(settings, engine)
    index.open().update()
    yield index
    engine.dispose()
